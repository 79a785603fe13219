import type { ViewerHeaderFragment } from "@outdial/react";

/** Who is signed in. */
export type Viewer = ViewerHeaderFragment;

const KEY = "outdial.token";
const ACCOUNT = "outdial.account";

/** The API's address: one level above this page, or beside it at the root of a server. */
export const API = new URL("../graphql", document.baseURI).href;

/** The token of this tab. It ends with the tab, and another tab may be somebody else's desk. */
export function savedToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keeps the token for a reload of this tab; null forgets it. */
export function saveToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}

/** The account that was typed last on this machine, to spare typing it again. */
export function savedAccount(): string {
  return localStorage.getItem(ACCOUNT) ?? "";
}

export function saveAccount(slug: string): void {
  localStorage.setItem(ACCOUNT, slug);
}

/** Where somebody who supervises is called: a telephone at the switch, or a number outside. */
export interface OwnPhone {
  readonly kind: "endpoint" | "number";
  readonly at: string;
}

const PHONE = "outdial.phone";

/** The telephone that was used last on this machine; null: none yet. */
export function savedPhone(): OwnPhone | null {
  const saved = localStorage.getItem(PHONE);
  const at = saved?.slice(1) ?? "";
  if (at === "") return null;
  return { kind: saved?.startsWith("#") ? "number" : "endpoint", at };
}

export function savePhone({ kind, at }: OwnPhone): void {
  localStorage.setItem(PHONE, `${kind === "number" ? "#" : "@"}${at}`);
}
