import { useState } from "preact/hooks";

import { parseRuns } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { Button } from "../parts/button.tsx";
import { RunLog } from "../runs/run-log.tsx";
import { useStudio } from "../studio.ts";

const lookMs = 15_000;

/** What the project's own code prints about a job that was started from this Studio. */
export function RunOutput({ jobId }: { readonly jobId: string }) {
  const { api } = useStudio();
  const [open, setOpen] = useState(false);
  const { data } = usePoll(
    async (signal) => parseRuns(await api.get("/api/runs", signal)).find((run) => run.jobId === jobId) ?? null,
    "run of " + jobId,
    (state) => (state.data === null ? lookMs : null),
  );
  if (data === null) return null;
  return (
    <section class="card" aria-labelledby="output">
      <div class="card-head">
        <h2 id="output">Output of your code</h2>
        <Button pressed={open} onClick={() => setOpen(!open)}>
          {open ? "Hide" : "Show"}
        </Button>
      </div>
      {open && (
        <div class="card-body">
          <RunLog id={data.id} label="Output of your code" />
        </div>
      )}
    </section>
  );
}
