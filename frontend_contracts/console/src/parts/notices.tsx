import { refusedBy, troubleIn } from "@outdial/react";
import type { Refused } from "@outdial/react";
import { createContext, useCallback, useContext, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { createPortal } from "react-dom";
import { words } from "../english.ts";

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
}

type Say = (text: string, options?: { bad?: boolean }) => void;
const Context = createContext<Say>(() => {});
const Places = createContext<(place: HTMLElement) => () => void>(() => () => {});

const SHOWN_MS = 6000;
const BAD_SHOWN_MS = 15_000;

/**
 * Shows what was done and what was refused, at the corner, for a while.
 *
 * An open dialog covers the page and makes it deaf and dumb, so they stand inside the dialog then.
 */
export function NoticesProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const next = useRef(0);
  const [places, setPlaces] = useState<readonly HTMLElement[]>([]);
  const place = useCallback((opened: HTMLElement) => {
    setPlaces((all) => [...all, opened]);
    return () => setPlaces((all) => all.filter((each) => each !== opened));
  }, []);
  const drop = (id: number) => setNotices((all) => all.filter((each) => each.id !== id));
  const say = useCallback<Say>((text, { bad = false } = {}) => {
    const id = next.current++;
    setNotices((all) => [...all.filter((each) => each.text !== text), { id, text, bad }].slice(-4));
    setTimeout(() => drop(id), bad ? BAD_SHOWN_MS : SHOWN_MS);
  }, []);
  const top = places.at(-1);
  const shown = (
    <div className="notices" role="log" aria-live="polite">
      {notices.map(({ id, text, bad }) => (
        <p key={id} className="notice" data-bad={bad}>
          <span>{text}</span>
          <button type="button" onClick={() => drop(id)} aria-label={words.frame.dismiss}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
  return (
    <Context.Provider value={say}>
      <Places.Provider value={place}>{children}</Places.Provider>
      {top ? createPortal(shown, top) : shown}
    </Context.Provider>
  );
}

/** Has notices shown in an element above the page until the returned function is called. */
export function useNoticePlace(): (place: HTMLElement) => () => void {
  return useContext(Places);
}

/** Says something at the corner. */
export function useSay(): Say {
  return useContext(Context);
}

type Answer = Parameters<typeof refusedBy>[0];
interface Outcome<Data> {
  data?: Data | undefined;
  error?: Parameters<typeof troubleIn>[0];
}

/**
 * Runs a mutation and tells the person when it was refused or did not arrive. Gives the answer that
 * is no refusal, or null. With `refusalShown` the caller shows a refusal itself, beside its fields.
 */
export function useAct() {
  const say = useSay();
  return useMemo(
    () =>
      async function act<Data, Result extends Answer>(
        asked: Promise<Outcome<Data>>,
        pick: (data: Data) => Result,
        { refusalShown = false } = {},
      ): Promise<{ done: Result | null; refused: Refused | null }> {
        const { data, error } = await asked;
        const trouble = troubleIn(error);
        if (trouble || data === undefined) {
          const { kind, message } = trouble ?? { kind: "fault" as const, message: "" };
          const text = kind === "offline" ? words.frame.notDone : words.trouble[kind];
          say(`${text} ${message}`.trim(), { bad: true });
          return { done: null, refused: null };
        }
        const result = pick(data);
        const refused = refusedBy(result);
        if (refused && !refusalShown) say(refused.message, { bad: true });
        return { done: refused ? null : result, refused };
      },
    [say],
  );
}
