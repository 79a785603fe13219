import { OutdialProvider, createOutdialClient, troubleIn, useViewer } from "@outdial/react";
import { useEffect, useMemo, useState } from "react";
import { Desk } from "./desk/desk.tsx";
import { words } from "./english.ts";
import { Floor } from "./floor/floor.tsx";
import { FaultBoundary } from "./parts/fault.tsx";
import { Frame } from "./parts/frame.tsx";
import { NoticesProvider } from "./parts/notices.tsx";
import { TroubleNote } from "./parts/trouble.tsx";
import { API, saveToken, savedToken } from "./session.ts";
import type { Viewer } from "./session.ts";
import { SignIn } from "./sign-in.tsx";

/** The console: a sign-in page, a supervisor's floor or an agent's desk. */
export function App() {
  const [token, setToken] = useState(savedToken);
  const [ended, setEnded] = useState(false);
  const enter = (next: string) => {
    saveToken(next);
    setEnded(false);
    setToken(next);
  };
  const leave = (byServer: boolean) => {
    saveToken(null);
    setEnded(byServer);
    setToken(null);
  };
  const outdial = useMemo(
    () => createOutdialClient({ url: API, token, onSignedOut: () => leave(true) }),
    [token],
  );
  useEffect(() => {
    const retry = () => outdial.socket.retryNow();
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [outdial]);
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
  }, []);
  return (
    <FaultBoundary>
      {/* The key empties every page when another person signs in. */}
      <OutdialProvider outdial={outdial} key={token}>
        <NoticesProvider>
          {token === null ? (
            <SignIn ended={ended} onToken={enter} />
          ) : (
            <SignedIn onLeave={() => leave(false)} />
          )}
        </NoticesProvider>
      </OutdialProvider>
    </FaultBoundary>
  );
}

function SignedIn({ onLeave }: { onLeave: () => void }) {
  const [{ data, error }, again] = useViewer();
  const trouble = troubleIn(error);
  const viewer = data?.viewer;
  useEffect(() => {
    if (trouble?.kind !== "offline" && trouble?.kind !== "busy") return;
    const timer = setTimeout(() => again({ requestPolicy: "network-only" }), 3000);
    return () => clearTimeout(timer);
  }, [trouble, again]);
  return (
    <Frame viewer={viewer ?? null} onLeave={onLeave}>
      {trouble && !viewer && <TroubleNote trouble={trouble} />}
      {!trouble && !viewer && <p className="quiet">{words.frame.reading}</p>}
      {viewer && <Page viewer={viewer} />}
    </Frame>
  );
}

function Page({ viewer }: { viewer: Viewer }) {
  if (viewer.permissions.includes("MONITOR_VIEW")) return <Floor viewer={viewer} />;
  if (viewer.permissions.includes("DESK")) return <Desk />;
  return <p className="quiet">{words.frame.nothingHere}</p>;
}
