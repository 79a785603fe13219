import {
  useCallHold,
  useCallTransferCancel,
  useCallTransferComplete,
} from "@outdial/react";
import type { DeskCall, ThirdParty } from "@outdial/react";
import { useEffect, useRef, useState } from "react";
import { words } from "../english.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useAct } from "../parts/notices.tsx";
import { HangUp } from "./hang-up.tsx";
import { RecordingControls } from "./recording.tsx";
import { Transfer } from "./transfer.tsx";

const w = words.line;

/** What the agent can do with the customer on the line. What is true comes with the desk's events. */
export function LineControls({ call }: { call: DeskCall }) {
  const { held, thirdParty } = call;
  const [giving, setGiving] = useState(false);
  const transfer = useRef<HTMLButtonElement>(null);
  // The form is over when somebody was called by it, or by another window of this desk.
  useEffect(() => {
    if (thirdParty) setGiving(false);
  }, [thirdParty]);
  const close = () => {
    setGiving(false);
    transfer.current?.focus();
  };
  return (
    <div className="line-controls" data-held={held} data-third={thirdParty?.status ?? "NONE"}>
      <div className="line-buttons" role="group" aria-label={w.controls}>
        <div className="buttons">
          {thirdParty === null && <Hold held={held} on={w.hold} off={w.unhold} main />}
          {thirdParty === null && (
            <button
              ref={transfer}
              type="button"
              aria-expanded={giving}
              onClick={() => setGiving(!giving)}
            >
              {words.transfer.open}
            </button>
          )}
          {thirdParty && <ThirdPartyButtons held={held} thirdParty={thirdParty} />}
          <RecordingControls call={call} />
        </div>
        <HangUp />
      </div>
      {/* Below, so that no button moves away from under a hand when it changes. */}
      <p className="line-state" role="status">
        {stateText(held, thirdParty)}
      </p>
      {giving && thirdParty === null && <Transfer onClose={close} />}
    </div>
  );
}

function stateText(held: boolean, thirdParty: ThirdParty | null): string {
  if (thirdParty === null) return held ? w.held : "";
  const who = thirdParty.name || thirdParty.number || w.thirdParty;
  if (thirdParty.status !== "ANSWERED") return w.calling(who);
  return held ? w.speaking(who) : w.three(who);
}

function Hold(props: { held: boolean; on: string; off: string; main?: boolean }) {
  const { held, on, off, main = false } = props;
  const act = useAct();
  const [holding, hold] = useCallHold();
  return (
    <BusyButton
      busy={holding.fetching}
      className={held && main ? "primary" : undefined}
      onClick={() => act(hold({ on: !held }), (data) => data.callHold)}
    >
      {held ? off : on}
    </BusyButton>
  );
}

function ThirdPartyButtons({ held, thirdParty }: { held: boolean; thirdParty: ThirdParty }) {
  const act = useAct();
  const [completing, complete] = useCallTransferComplete();
  const [canceling, cancel] = useCallTransferCancel();
  const busy = completing.fetching || canceling.fetching;
  const first = useRef<HTMLButtonElement>(null);
  // The form that called them had the focus, and is gone.
  useEffect(() => {
    if (document.activeElement === document.body) first.current?.focus();
  }, []);
  return (
    <>
      <BusyButton
        ref={first}
        busy={busy}
        onClick={() => act(cancel({}), (data) => data.callTransferCancel)}
      >
        {w.takeBack}
      </BusyButton>
      {thirdParty.status === "ANSWERED" && (
        <>
          <BusyButton
            busy={busy}
            className="primary"
            onClick={() => act(complete({}), (data) => data.callTransferComplete)}
          >
            {w.complete}
          </BusyButton>
          <Hold held={held} on={w.takeOut} off={w.bringIn} />
        </>
      )}
    </>
  );
}
