import { useState } from "preact/hooks";

import { fieldsOf, isOver, parseJob } from "../net/shapes.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { hrefOf } from "../router/route.ts";
import { useStudio } from "../studio.ts";
import { AgainDialog } from "./again-dialog.tsx";
import { useNotice } from "./attention.ts";
import type { LiveJob } from "./use-job.ts";

type Question = "cancel" | "resume" | "delete" | "again";

/** What can be done with a job: each asks first. */
export function Actions({ id, live }: { readonly id: string; readonly live: LiveJob }) {
  const { api, router } = useStudio();
  const [question, ask] = useState<Question | null>(null);
  const [cancelling, setCancelling] = useState(false);
  const { status, record } = live;
  const path = "/api/jobs/" + encodeURIComponent(id);
  const over = isOver(status);
  const resumable = (status === "failed" || status === "cancelled") && record.checkpoints.size > 0;
  const last = Math.max(...record.checkpoints);
  const notice = useNotice(live.job?.name || "The job", status);
  const close = (): void => ask(null);

  async function cancel(): Promise<void> {
    await api.post(`${path}/cancel`);
    setCancelling(true);
    close();
    live.refresh();
  }
  async function resume(): Promise<void> {
    const job = parseJob(fieldsOf(await api.post(`${path}/resume`))["job"]);
    close();
    if (job) router.go(hrefOf({ view: "job", id: job.id }));
  }
  async function remove(): Promise<void> {
    await api.delete(path);
    close();
    router.backOr(hrefOf({ view: "jobs", query: {} }));
  }

  return (
    <div class="row job-actions">
      {(status === "completed" || record.checkpoints.size > 0) && (
        <a class="button" href={hrefOf({ view: "playground", adapter: id, step: status === "completed" ? null : last })}>
          Open in Playground
        </a>
      )}
      {over && (
        <Button disabled={live.job === null} onClick={() => ask("again")}>
          Run again
        </Button>
      )}
      {resumable && (
        <Button kind="primary" onClick={() => ask("resume")}>
          Resume
        </Button>
      )}
      {over && (
        <Button kind="danger" onClick={() => ask("delete")}>
          Delete
        </Button>
      )}
      {notice && (
        <Button pressed={notice.on} title="A notification of the browser" onClick={notice.toggle}>
          Notify me at the end
        </Button>
      )}
      {!over && (
        <Button kind="danger" busy={cancelling} onClick={() => ask("cancel")}>
          {cancelling ? "Cancelling…" : "Cancel job"}
        </Button>
      )}
      {question === "cancel" && (
        <Confirm title="Cancel this job?" confirm="Cancel the job" keep="Let it run" danger onConfirm={cancel} onClose={close}>
          It stops after its current step. What it has saved so far stays, and it can be resumed from its last checkpoint.
        </Confirm>
      )}
      {question === "resume" && (
        <Confirm title={`Resume from step ${last}?`} confirm="Resume" onConfirm={resume} onClose={close}>
          A new job goes on from the last checkpoint, with the same configuration. This one stays as it is.
        </Confirm>
      )}
      {question === "delete" && (
        <Confirm title="Delete this job?" confirm="Delete" keep="Keep it" danger onConfirm={remove} onClose={close}>
          Its curves, its events and everything that it produced are removed. This cannot be undone.
        </Confirm>
      )}
      {question === "again" && live.job && <AgainDialog job={live.job} onClose={close} />}
    </div>
  );
}
