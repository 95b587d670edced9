import { useMemo, useState } from "preact/hooks";

import { fieldsOf, parseJob, type Job } from "../net/shapes.ts";
import { Confirm } from "../parts/dialog.tsx";
import { hrefOf } from "../router/route.ts";
import { useStudio } from "../studio.ts";

interface AgainProps {
  readonly job: Job;
  readonly onClose: () => void;
}

/** Asks what is to be run again: what the job was, or what the project is now. */
export function AgainDialog({ job, onClose }: AgainProps) {
  const { api, router } = useStudio();
  const [same, setSame] = useState(true);
  // Sent twice by mistake, it is one job.
  const key = useMemo(() => crypto.randomUUID(), []);
  async function again(): Promise<void> {
    if (!same) {
      await api.post("/api/runs", {});
      onClose();
      router.go(hrefOf({ view: "overview" }));
      return;
    }
    const body = { name: job.name, config: job.config };
    const made = parseJob(fieldsOf(await api.ask("/api/jobs", { method: "POST", body, headers: { "Idempotency-Key": key } }))["job"]);
    onClose();
    if (made) router.go(hrefOf({ view: "job", id: made.id }));
  }
  return (
    <Confirm title="Run this again?" confirm="Run training" onConfirm={again} onClose={onClose}>
      <span class="again" role="radiogroup" aria-label="What to run">
        <Choice checked={same} onChoose={() => setSame(true)} title="With these settings">
          The same model, data and configuration as this job had. None of your code runs with it, so no callbacks and no evals.
        </Choice>
        <Choice checked={!same} onChoose={() => setSame(false)} title="With the project as it is now">
          Trains what the sources say now, with their callbacks. That may not be what this job was.
        </Choice>
      </span>
    </Confirm>
  );
}

interface ChoiceProps {
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly title: string;
  readonly children: string;
}

function Choice({ checked, onChoose, title, children }: ChoiceProps) {
  return (
    <label class="again-choice">
      <input type="radio" name="again" checked={checked} onChange={onChoose} />
      <span>
        <strong>{title}</strong>
        <span class="quiet">{children}</span>
      </span>
    </label>
  );
}
