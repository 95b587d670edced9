import { truncateMiddle } from "../formats/text.ts";
import { parseJobs, type Job } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { nameOf, type Notes } from "../notes/note.ts";
import { useNotes } from "../notes/use-notes.ts";
import { Badge } from "../parts/badge.tsx";
import { EmptyState, ErrorBox, Skeleton } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { hrefOf } from "../router/route.ts";
import { useStudio } from "../studio.ts";

const shown = 5;

export function RecentJobs() {
  const { api } = useStudio();
  const { notes } = useNotes();
  const { data, error } = usePoll(async (signal) => parseJobs(await api.get("/api/jobs", signal)), "jobs");
  return (
    <section class="card" aria-labelledby="recent">
      <div class="card-head">
        <h2 id="recent">Recent jobs</h2>
        <a href={hrefOf({ view: "jobs", query: {} })}>View all</a>
      </div>
      {error !== null && (
        <div class="card-body">
          <ErrorBox what="Failed to load jobs" error={error} />
        </div>
      )}
      {data === null && error === null && (
        <div class="card-body">
          <Skeleton lines={3} />
        </div>
      )}
      {data !== null && data.length === 0 && (
        <EmptyState title="No jobs yet" command="arkor start">
          Train with the button above, or from a terminal.
        </EmptyState>
      )}
      {data !== null && data.length > 0 && <Table jobs={data.slice(0, shown)} notes={notes} />}
    </section>
  );
}

function Table({ jobs, notes }: { readonly jobs: readonly Job[]; readonly notes: Notes }) {
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>Status</th>
            <th>Name</th>
            <th>Created</th>
            <th>ID</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td>
                <Badge status={job.status} />
              </td>
              <td class="recent-name">
                <a dir="auto" href={hrefOf({ view: "job", id: job.id })}>
                  {nameOf(job, notes)}
                </a>
              </td>
              <td>
                <Time at={job.createdAt} />
              </td>
              <td class="mono quiet">{truncateMiddle(job.id, 6, 4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
