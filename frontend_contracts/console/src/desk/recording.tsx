import { useCallRecord } from "@outdial/react";
import type { DeskCall, RecordAction } from "@outdial/react";
import { words } from "../english.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useAct } from "../parts/notices.tsx";

const w = words.line;

/** Whether the call is recorded, and the buttons for it. */
export function RecordingControls({ call }: { call: DeskCall }) {
  const act = useAct();
  const [recording, record] = useCallRecord();
  const button = (action: RecordAction, text: string) => (
    <BusyButton
      busy={recording.fetching}
      onClick={() => act(record({ action }), (data) => data.callRecord)}
    >
      {text}
    </BusyButton>
  );
  return (
    <span className="recording" data-recording={call.recording}>
      {call.recording !== "OFF" && (
        <span className="tag recording-mark" data-recording={call.recording} role="status">
          {call.recording === "ON" ? w.recording : w.recordingPaused}
        </span>
      )}
      {call.recording === "OFF" && button("START", w.record)}
      {call.recording === "ON" && (
        <>
          {button("PAUSE", w.pauseRecording)}
          {button("STOP", w.stopRecording)}
        </>
      )}
      {call.recording === "PAUSED" && button("RESUME", w.resumeRecording)}
    </span>
  );
}
