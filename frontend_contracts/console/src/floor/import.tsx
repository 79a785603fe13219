import {
  fractionRead,
  isOver,
  useImportProgress,
  useTargetImport,
  useTargetImportCancel,
  useTargetImportStart,
} from "@outdial/react";
import type { CampaignHeaderFragment, Refused } from "@outdial/react";
import { useEffect, useId, useState } from "react";
import type { FormEvent } from "react";
import { words } from "../english.ts";
import { formatWhole } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { Progress } from "../parts/charts.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useAct } from "../parts/notices.tsx";
import { RefusedNote } from "../parts/refused.tsx";
import { TroubleNote } from "../parts/trouble.tsx";

const w = words.imports;
const ACCEPTED = ".xlsx,.xls,.csv,.xml,.json,.ndjson";
const SHOWN_PROBLEMS = 50;
const LONG_S = 3;

/** Uploads a list and shows what becomes of it, row by row. */
export function ImportDialog(props: { campaign: CampaignHeaderFragment; onClose: () => void }) {
  const { campaign, onClose } = props;
  const [importId, setImportId] = useState<string | null>(null);
  return (
    <Dialog title={w.title(campaign.name)} onClose={onClose}>
      {importId === null ? (
        <Upload campaignId={campaign.id} onStarted={setImportId} onClose={onClose} />
      ) : (
        <Running key={importId} id={importId} onAnother={() => setImportId(null)} onDone={onClose} />
      )}
    </Dialog>
  );
}

interface UploadProps {
  campaignId: string;
  onStarted: (id: string) => void;
  onClose: () => void;
}

function Upload(props: UploadProps) {
  const [upload, start] = useTargetImportStart();
  const [refused, setRefused] = useState<Refused | null>(null);
  const act = useAct();
  const [file, country] = [useId(), useId()];

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (upload.fetching) return;
    setRefused(null);
    const form = new FormData(event.currentTarget);
    const answer = await act(
      start({
        campaignId: props.campaignId,
        file: form.get("file") as File,
        country: String(form.get("country")).trim() || null,
      }),
      (data) => data.targetImportStart,
      { refusalShown: true },
    );
    setRefused(answer.refused);
    if (answer.done?.__typename === "TargetImportStarted") {
      props.onStarted(answer.done.targetImport.id);
    }
  };

  return (
    <form onSubmit={submit}>
      <div className="field">
        <label htmlFor={file}>{w.file}</label>
        <input id={file} name="file" type="file" accept={ACCEPTED} required />
        <p className="quiet">{w.fileHelp}</p>
      </div>
      <div className="field">
        <label htmlFor={country}>{w.country}</label>
        <input id={country} name="country" maxLength={8} size={8} autoComplete="off" dir="ltr" />
        <p className="quiet">{w.countryHelp}</p>
      </div>
      <RefusedNote refused={refused} />
      <div className="buttons">
        <button className="primary" type="submit" aria-disabled={upload.fetching}>
          {upload.fetching ? w.uploading : w.start}
        </button>
        <button type="button" onClick={props.onClose}>
          {w.done}
        </button>
      </div>
    </form>
  );
}

interface RunningProps {
  id: string;
  onAnother: () => void;
  onDone: () => void;
}

function Running({ id, onAnother, onDone }: RunningProps) {
  const { model: progress, trouble } = useImportProgress(id);
  const [{ data }, again] = useTargetImport({ variables: { id, first: SHOWN_PROBLEMS } });
  const [canceling, cancel] = useTargetImportCancel();
  const act = useAct();
  const over = isOver(progress);
  // Bad rows are written as they are met; the list is read when their number has changed.
  const invalid = (progress?.invalid ?? 0) + (progress?.duplicates ?? 0);
  useEffect(() => {
    if (invalid > 0 || over) again({ requestPolicy: "network-only" });
  }, [invalid, over, again]);
  const row = data?.targetImport;
  const left = progress?.secondsLeft ?? 0;
  const read = progress?.state === "DONE" ? 1 : fractionRead(progress);
  const part = over ? (read ?? 0) : read;
  return (
    <div data-import={progress?.state ?? "PENDING"}>
      <TroubleNote trouble={trouble} />
      <p role="status">
        <b>{words.importStates[progress?.state ?? "PENDING"]}</b>
        {progress && ` · ${w.rows(progress.rowsRead, progress.rowsTotal)}`}
        {!over && left > LONG_S && ` · ${w.left(Math.round(left))}`}
      </p>
      <Progress part={part} label={row?.fileName ?? w.file} />
      <dl className="figures">
        {(["imported", "duplicates", "suppressed", "invalid"] as const).map((name) => (
          <div key={name}>
            <dt>{w[name]}</dt>
            <dd data-figure={name}>{formatWhole(progress?.[name] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      {row?.failure && (
        <p className="problem" role="alert">
          {row.failure}
        </p>
      )}
      <Problems row={row} />
      <div className="buttons">
        {over ? (
          <>
            <button type="button" className="primary" onClick={onDone}>
              {w.done}
            </button>
            <button type="button" onClick={onAnother}>
              {w.another}
            </button>
          </>
        ) : (
          <>
            <BusyButton
              busy={canceling.fetching}
              onClick={() => act(cancel({ id }), (answer) => answer.targetImportCancel)}
            >
              {w.cancel}
            </BusyButton>
            <button type="button" onClick={onDone}>
              {w.leave}
            </button>
          </>
        )}
      </div>
    </div>
  );
}

type Row = NonNullable<ReturnType<typeof useTargetImport>[0]["data"]>["targetImport"];

function Problems({ row }: { row: Row | undefined }) {
  const problems = row?.problems.nodes ?? [];
  if (problems.length === 0) return null;
  const others = (row?.problems.totalCount ?? 0) - problems.length;
  return (
    <>
      <h3>{w.problems}</h3>
      <div className="scroll" tabIndex={0} role="region" aria-label={w.problems}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                {w.row}
              </th>
              <th scope="col">{w.value}</th>
              <th scope="col">{w.problem}</th>
            </tr>
          </thead>
          <tbody>
            {problems.map((problem) => (
              <tr key={`${problem.row}${problem.code}${problem.value}`}>
                <th scope="row" className="number">
                  {problem.row === 0 ? w.wholeFile : problem.row}
                </th>
                <td>
                  <bdi>{problem.value}</bdi>
                </td>
                <td>{problem.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {others > 0 && <p className="quiet">{w.moreProblems(others)}</p>}
    </>
  );
}
