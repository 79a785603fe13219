import { useSyncExternalStore } from "react";
import { words } from "./english.ts";

const whole = new Intl.NumberFormat(words.language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(words.language, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const percent = new Intl.NumberFormat(words.language, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const clock = new Intl.DateTimeFormat(words.language, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const moment = new Intl.DateTimeFormat(words.language, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

export const formatWhole = (value: number) => whole.format(value);
export const formatTenths = (value: number) => tenths.format(value);
export const formatPercent = (fraction: number) => percent.format(fraction);
/** Day and time of this machine's zone, which it names, as Mon, Mar 2, 14:05 GMT+1. */
export const formatMoment = (instant: string) => moment.format(new Date(instant));
/** The time of day in this machine's zone. */
export const formatClock = (instant: string) => clock.format(new Date(instant));

/** The name of this machine's zone, as GMT+1. */
export function localZone(): string {
  return moment.formatToParts().find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** Seconds as 0:07, 12:34 or 1:02:03. */
export function formatSeconds(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Seconds from one instant to another (Unix ms), never below 0: clocks of two machines differ. */
export function secondsBetween(from: string, to: number): number {
  return Math.max(0, (to - Date.parse(from)) / 1000);
}

/** A typed number in E.164, without the marks that people put between digits; null: it is none. */
export function e164(typed: string): string | null {
  const number = typed.replace(/[\s().\-/]/g, "").replace(/^00/, "+");
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}

// One timer for all clocks on the page, so that they tick together.
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, each second; Unix milliseconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
