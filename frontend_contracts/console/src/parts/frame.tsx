import { useConnection, useSignOut } from "@outdial/react";
import type { ReactNode } from "react";
import { words } from "../english.ts";
import { useNow } from "../format.ts";
import type { Viewer } from "../session.ts";
import { Logo } from "./logo.tsx";
import { ThemeButton } from "./theme.tsx";

const w = words.frame;

/** What stands around every page of somebody who is signed in. */
export function Frame(props: { viewer: Viewer | null; onLeave: () => void; children: ReactNode }) {
  const [, signOut] = useSignOut();
  const leave = async () => {
    // The page forgets the token whether or not the server could be told.
    await Promise.race([signOut({}), new Promise((resolve) => setTimeout(resolve, 2000))]);
    props.onLeave();
  };
  return (
    <>
      <header className="top">
        <Logo />
        <span className="top-account">{props.viewer?.account.name}</span>
        <ConnectionPill />
        <span className="grow" />
        <span className="top-who">{props.viewer?.name}</span>
        <ThemeButton />
        <button type="button" onClick={leave}>
          {w.signOut}
        </button>
      </header>
      <main className="page">{props.children}</main>
    </>
  );
}

function ConnectionPill() {
  const { connection, retryNow } = useConnection();
  if (connection.phase !== "waiting") {
    const text = { live: w.live, connecting: w.connecting, idle: w.idle, signedOut: w.idle };
    return (
      <span className="pill" data-phase={connection.phase} role="status">
        {text[connection.phase]}
      </span>
    );
  }
  return <Lost retryAt={connection.retryAt} retryNow={retryNow} />;
}

function Lost({ retryAt, retryNow }: { retryAt: number; retryNow: () => void }) {
  const seconds = Math.max(1, Math.ceil((retryAt - useNow()) / 1000));
  return (
    <span className="pill" data-phase="waiting" role="status">
      {w.lost(seconds)}
      <button type="button" className="link" onClick={retryNow}>
        {w.retry}
      </button>
    </span>
  );
}
