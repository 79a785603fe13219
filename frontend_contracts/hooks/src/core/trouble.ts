import { CombinedError } from "@urql/core";

/**
 * Why an answer is missing, for people.
 *
 * - `signedOut`: the token is not in force any more; show the sign-in page.
 * - `notAllowed`: asking again does not help.
 * - `offline`: the server can't be reached; live feeds come back by themselves.
 * - `busy`: the server asks for patience; live feeds come back by themselves.
 * - `fault`: a bug, ours or the server's; `message` may hold a reference to quote.
 */
export interface Trouble {
  readonly kind: "signedOut" | "notAllowed" | "offline" | "busy" | "fault";
  /** The server's code, as `FORBIDDEN`; empty when it did not answer. */
  readonly code: string;
  /** What the server said; empty when it did not answer. */
  readonly message: string;
}

/** An error as the server writes it. */
export interface SaidError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const KINDS: Readonly<Record<string, Trouble["kind"]>> = {
  UNAUTHENTICATED: "signedOut",
  FORBIDDEN: "notAllowed",
  NOT_ALLOWED: "notAllowed",
  NOT_FOUND: "notAllowed",
  RATE_LIMITED: "busy",
  TOO_MANY: "busy",
  FLOOR_UNAVAILABLE: "busy",
  INTERNAL: "fault",
  BAD_REQUEST: "fault",
};

/** Nobody answered. */
export const OFFLINE: Trouble = { kind: "offline", code: "", message: "" };

/** What an error in an answer means. An unknown code that ends in `_UNAVAILABLE` passes by itself. */
export function troubleOf(errors: readonly SaidError[]): Trouble {
  const [first] = errors;
  const said = first?.extensions?.code;
  const code = typeof said === "string" ? said : "";
  const kind = KINDS[code] ?? (code.endsWith("_UNAVAILABLE") ? "busy" : "fault");
  return { kind, code, message: first?.message ?? "" };
}

/** What urql's error means; null when there is none. */
export function troubleIn(error: CombinedError | undefined): Trouble | null {
  if (error === undefined) return null;
  if (error.graphQLErrors.length > 0) return troubleOf(error.graphQLErrors);
  const status = (error.response as { status?: number } | undefined)?.status;
  if (status === 401) return { kind: "signedOut", code: "UNAUTHENTICATED", message: "" };
  if (status === 429 || status === 503) return { kind: "busy", code: String(status), message: "" };
  if (status !== undefined && status < 500 && status >= 400) {
    return { kind: "fault", code: String(status), message: error.message };
  }
  return OFFLINE;
}

/** Whether a live feed that met this should ask again by itself. */
export function passes(trouble: Trouble): boolean {
  return trouble.kind === "offline" || trouble.kind === "busy" || trouble.code === "INTERNAL";
}
