import { useAgentHangUp } from "@outdial/react";
import { words } from "../english.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useAct } from "../parts/notices.tsx";

/** Ends the customer's call. */
export function HangUp() {
  const act = useAct();
  const [hanging, hangUp] = useAgentHangUp();
  return (
    <BusyButton
      className="danger"
      busy={hanging.fetching}
      onClick={() => act(hangUp({}), (data) => data.agentHangUp)}
    >
      {words.desk.hangUp}
    </BusyButton>
  );
}
