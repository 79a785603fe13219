import { useRef } from "react";

/** The value, or the last one that was there: what could not be read again stays on the page. */
export function useLast<Value>(value: Value | undefined): Value | undefined {
  const last = useRef(value);
  if (value !== undefined) last.current = value;
  return last.current;
}
