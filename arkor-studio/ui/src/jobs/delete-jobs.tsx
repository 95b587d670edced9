import { plural } from "../formats/text.ts";
import { ApiError, messageOf } from "../net/api.ts";
import type { Job } from "../net/shapes.ts";
import { nameOf, type Notes } from "../notes/note.ts";
import { Confirm } from "../parts/dialog.tsx";
import { useStudio } from "../studio.ts";

/** So many are named before they are deleted. */
const named = 5;

interface DeleteProps {
  readonly jobs: readonly Job[];
  readonly notes: Notes;
  /** Hears of those that are gone, also where others were refused. */
  readonly onDeleted: (ids: readonly string[]) => void;
  readonly onClose: () => void;
}

/** Asks once for all of them. What is refused stays, with the reasons. */
export function DeleteJobs({ jobs, notes, onDeleted, onClose }: DeleteProps) {
  const { api } = useStudio();
  const names = jobs.slice(0, named).map((job) => nameOf(job, notes) || job.id);
  const more = jobs.length - names.length;

  async function remove(): Promise<void> {
    const gone: string[] = [];
    const refused: string[] = [];
    for (const job of jobs) {
      try {
        await api.delete("/api/jobs/" + encodeURIComponent(job.id));
        gone.push(job.id);
      } catch (reason) {
        const status = reason instanceof ApiError ? reason.status : 0;
        if (status === 404 || status === 410) gone.push(job.id);
        else refused.push(`${nameOf(job, notes) || job.id}: ${messageOf(reason)}`);
        if (status === 0) break; // nobody answers the others either
      }
    }
    onDeleted(gone);
    if (refused.length > 0) throw new Error((gone.length > 0 ? `${plural(gone.length, "job")} deleted.\n` : "") + refused.join("\n"));
    onClose();
  }

  return (
    <Confirm title={`Delete ${plural(jobs.length, "job")}?`} confirm="Delete" keep={jobs.length === 1 ? "Keep it" : "Keep them"} danger onConfirm={remove} onClose={onClose}>
      <strong>{names.join(", ")}</strong>
      {more > 0 && ` and ${more} more`}. Curves, events and everything that was produced are removed. This cannot be undone.
    </Confirm>
  );
}
