import { ForecastProgressDocument } from "../generated/operations.ts";
import type { ForecastFiguresFragment, ForecastState } from "../generated/operations.ts";
import type { Outdial } from "./client.ts";
import { createFeed } from "./feed.ts";
import type { Feed } from "./feed.ts";

/** A forecast as far as it was played; null before the first message. */
export type ForecastProgress = ForecastFiguresFragment | null;

const OVER: ReadonlySet<ForecastState> = new Set(["DONE", "CANCELED", "FAILED"]);

/** Whether a forecast is played no further. */
export function isForecastOver(forecast: ForecastProgress): boolean {
  return forecast !== null && OVER.has(forecast.state);
}

/** The forecast after one message. Runs are never un-played, and an end never un-ended. */
export function reduceForecast(
  forecast: ForecastProgress,
  next: NonNullable<ForecastProgress>,
): ForecastProgress {
  if (forecast === null) return next;
  if (isForecastOver(forecast) && !isForecastOver(next)) return forecast;
  return next.runsDone < forecast.runsDone ? forecast : next;
}

/** The feed of one forecast. */
export function createForecastFeed(outdial: Outdial, id: string): Feed<ForecastProgress> {
  return createFeed(outdial, {
    document: ForecastProgressDocument,
    initial: null as ForecastProgress,
    variables: () => ({ id }),
    reduce: (forecast, data) => reduceForecast(forecast, data.forecastProgress),
    isOver: isForecastOver,
  });
}
