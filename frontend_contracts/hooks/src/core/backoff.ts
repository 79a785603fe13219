/** How long to wait before the n-th try: doubling from `firstMs` to `capMs`, at random in the upper half. */
export interface Backoff {
  readonly firstMs: number;
  readonly capMs: number;
}

/** Quick enough for a restart of the server, slow enough for a thousand screens. */
export const LIVE_BACKOFF: Backoff = { firstMs: 250, capMs: 10_000 };

/**
 * Milliseconds to wait before try `n` (0 is the first repetition).
 *
 * Half of it is chance, so that all screens of a floor don't come back in the same instant.
 */
export function waitMs(n: number, backoff: Backoff = LIVE_BACKOFF, random = Math.random): number {
  const whole = Math.min(backoff.capMs, backoff.firstMs * 2 ** Math.min(n, 30));
  return Math.round(whole / 2 + (whole / 2) * random());
}
