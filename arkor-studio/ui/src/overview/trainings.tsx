import { useState } from "preact/hooks";

import { formatDuration } from "../formats/time.ts";
import type { Run } from "../net/shapes.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { hrefOf } from "../router/route.ts";
import { RunLog } from "../runs/run-log.tsx";
import { useSeconds, useStudio, useValue } from "../studio.ts";

/** What was started here: its output, and how to stop it. */
export function Trainings() {
  const { api, news } = useStudio();
  const runs = useValue(news.runs) ?? [];
  const [chosen, choose] = useState<string | null>(null);
  const [stopping, stop] = useState<Run | null>(null);
  const newest = runs[0];
  // A training that was started just now is the one to look at.
  const [seen, setSeen] = useState(newest?.id);
  if (newest !== undefined && newest.id !== seen) {
    setSeen(newest.id);
    choose(newest.id);
  }
  const shown = runs.find((run) => run.id === chosen) ?? newest;
  if (shown === undefined) return null;
  return (
    <section class="card" aria-labelledby="output">
      <div class="card-head">
        <div class="row">
          <h2 id="output">Output</h2>
          <RunState run={shown} />
        </div>
        <div class="row">
          {runs.length > 1 && (
            <select class="field" aria-label="Training" value={shown.id} onChange={(event) => choose(event.currentTarget.value)}>
              {runs.map((run) => (
                <option key={run.id} value={run.id}>
                  {nameOf(run)}
                </option>
              ))}
            </select>
          )}
          {shown.jobId !== null && (
            <a class="button" href={hrefOf({ view: "job", id: shown.jobId })}>
              Open job
            </a>
          )}
          {shown.state !== "exited" && (
            <Button kind="danger" onClick={() => stop(shown)}>
              {shown.state === "stopping" ? "Stopping…" : "Stop training"}
            </Button>
          )}
        </div>
      </div>
      <div class="card-body">
        <RunLog id={shown.id} label={`Output of ${nameOf(shown)}`} />
      </div>
      {stopping !== null && (
        <Confirm
          title={stopping.state === "stopping" ? "Stop it at once?" : "Stop this training?"}
          confirm="Stop training"
          keep="Let it run"
          danger
          onClose={() => stop(null)}
          onConfirm={async () => {
            await api.delete(`/api/runs/${encodeURIComponent(stopping.id)}`);
            stop(null);
          }}
        >
          {stopping.state === "stopping" ? "It is being stopped already. Asked again, it is ended without a chance to tidy up." : "Its job is cancelled. What it has saved so far stays."}
        </Confirm>
      )}
    </section>
  );
}

function nameOf(run: Run): string {
  return `${run.dryRun ? "Dry run" : "Training"} ${run.id.replace(/^r/, "")}${run.file === "" ? "" : ` of ${run.file}`}`;
}

function RunState({ run }: { readonly run: Run }) {
  const now = useSeconds(run.state !== "exited");
  const time = formatDuration((run.endedAt === null ? now : Date.parse(run.endedAt)) - Date.parse(run.startedAt));
  const [status, text] = stateOf(run);
  return (
    <span class={`badge badge-${status}`} role="status">
      <span class="dot" aria-hidden="true" />
      {text} <span aria-live="off">{time}</span>
    </span>
  );
}

/** A look, and a word. */
function stateOf(run: Run): readonly [string, string] {
  if (run.state === "running") return ["running", "Running"];
  if (run.state === "stopping") return ["cancelling", "Stopping"];
  if (run.exit === 0) return ["completed", "Done in"];
  const why = run.exit === null ? (run.signal ?? "a signal") : `exit status ${run.exit}`;
  return ["failed", `Ended with ${why} after`];
}
