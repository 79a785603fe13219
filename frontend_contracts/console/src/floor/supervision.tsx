import { useAgentSupervise, useAgentSuperviseEnd, useSupervision } from "@outdial/react";
import type { Refused, SupervisorRole } from "@outdial/react";
import { useEffect, useId, useRef, useState } from "react";
import type { FormEvent } from "react";
import { words } from "../english.ts";
import { e164 } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useAct, useSay } from "../parts/notices.tsx";
import { RefusedNote } from "../parts/refused.tsx";
import { TroubleNote } from "../parts/trouble.tsx";
import { savePhone, savedPhone } from "../session.ts";
import type { OwnPhone } from "../session.ts";

const w = words.supervision;
const ROLES: readonly SupervisorRole[] = ["LISTEN", "WHISPER", "BARGE"];

/** Who is supervised, by id and name. */
export interface SupervisedAgent {
  readonly id: string;
  readonly name: string;
}

/** What the viewer hears now, with the buttons to change or end it; or why it has ended. */
export function SupervisionBar({ names }: { names: ReadonlyMap<string, string> }) {
  const { model: now, trouble } = useSupervision();
  const act = useAct();
  const say = useSay();
  const [changing, supervise] = useAgentSupervise();
  const [ending, end] = useAgentSuperviseEnd();
  const [asked, setAsked] = useState(false);
  const agent = { id: now?.agentId ?? "", name: names.get(now?.agentId ?? "") ?? "…" };
  // Said once, and only of one that was seen going on here.
  const going = useRef<string | null>(null);
  useEffect(() => {
    if (now && now.status !== "ENDED") going.current = now.id;
    if (now?.end && now.id === going.current) {
      going.current = null;
      if (now.end !== "ASKED") say(w.ended[now.end](agent.name), { bad: true });
    }
  }, [now, agent.name, say]);
  if (now === null || now.status === "ENDED") return null;
  const pickedUp = now.status === "ANSWERED";
  const change = (role: SupervisorRole) => {
    const phone = savedPhone();
    if (phone === null) return setAsked(true); // begun elsewhere: it must be said once here, too
    return act(
      supervise({ agentId: agent.id, role, ...where(phone) }),
      (data) => data.agentSupervise,
    );
  };
  return (
    <div className="supervision" data-supervision={now.role} data-status={now.status}>
      <p role="status">{pickedUp ? w.now[now.role](agent.name) : w.rings(agent.name)}</p>
      <TroubleNote trouble={trouble} />
      <div className="choice" role="group" aria-label={w.role}>
        {ROLES.map((role) => (
          <BusyButton
            key={role}
            aria-pressed={now.role === role}
            busy={changing.fetching}
            onClick={() => now.role !== role && change(role)}
          >
            {w.roles[role]}
          </BusyButton>
        ))}
      </div>
      <BusyButton
        className="danger"
        busy={ending.fetching}
        onClick={() => act(end({}), (data) => data.agentSuperviseEnd)}
      >
        {w.end}
      </BusyButton>
      {asked && <SuperviseDialog agent={agent} onClose={() => setAsked(false)} />}
    </div>
  );
}

interface SuperviseDialogProps {
  agent: SupervisedAgent;
  onClose: () => void;
}

/** Asks what to do, and where the viewer's telephone is; then it rings. */
export function SuperviseDialog({ agent, onClose }: SuperviseDialogProps) {
  const saved = savedPhone();
  const [kind, setKind] = useState<OwnPhone["kind"]>(saved?.kind ?? "endpoint");
  const [refused, setRefused] = useState<Refused | null>(null);
  const [problem, setProblem] = useState("");
  const [beginning, supervise] = useAgentSupervise();
  const act = useAct();
  const [field, help, name] = [useId(), useId(), useId()];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (beginning.fetching) return;
    setRefused(null);
    const form = new FormData(event.currentTarget);
    const typed = String(form.get("at")).trim();
    const at = kind === "number" ? e164(typed) : typed;
    setProblem(at === null ? words.transfer.wrongNumber : "");
    if (at === null) return;
    const phone: OwnPhone = { kind, at };
    const role = form.get("role") as SupervisorRole;
    const answer = await act(
      supervise({ agentId: agent.id, role, ...where(phone) }),
      (data) => data.agentSupervise,
      { refusalShown: true },
    );
    setRefused(answer.refused);
    if (!answer.done) return;
    savePhone(phone);
    onClose();
  };
  return (
    <Dialog title={w.title(agent.name)} onClose={onClose}>
      <form onSubmit={submit}>
        <fieldset className="stacked">
          <legend>{w.role}</legend>
          {ROLES.map((role) => (
            <label key={role}>
              <input type="radio" name="role" value={role} defaultChecked={role === "LISTEN"} />
              <span>
                <b>{w.roles[role]}</b> <span className="quiet">{w.rolesExplained[role]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <fieldset className="stacked">
          <legend>{w.phone}</legend>
          {(["endpoint", "number"] as const).map((each) => (
            <label key={each}>
              <input
                type="radio"
                name={name}
                checked={kind === each}
                onChange={() => setKind(each)}
              />
              <span>{each === "endpoint" ? w.atSwitch : w.outside}</span>
            </label>
          ))}
        </fieldset>
        <div className="field">
          <label htmlFor={field}>{kind === "endpoint" ? w.endpoint : w.number}</label>
          <input
            key={kind}
            id={field}
            name="at"
            type={kind === "number" ? "tel" : "text"}
            defaultValue={saved?.kind === kind ? saved.at : ""}
            dir="ltr"
            maxLength={64}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-describedby={help}
            required
          />
          <p id={help} className="quiet">
            {kind === "endpoint" ? w.endpointHelp : w.numberHelp}
          </p>
        </div>
        <p className="problem" role="alert">
          {problem}
        </p>
        <RefusedNote refused={refused} />
        <div className="buttons">
          <button type="submit" className="primary" aria-disabled={beginning.fetching}>
            {w.begin}
          </button>
          <button type="button" onClick={onClose}>
            {w.cancel}
          </button>
        </div>
        <p className="quiet">{w.kept}</p>
      </form>
    </Dialog>
  );
}

function where({ kind, at }: OwnPhone) {
  return kind === "number" ? { number: at } : { endpoint: at };
}
