import "./job.css";
import { EvalsCard } from "../evals/evals-card.tsx";
import { LearningCard } from "../learning/learning-card.tsx";
import { NoteCard } from "../notes/note-card.tsx";
import { Tags } from "../notes/tags.tsx";
import { useNotes } from "../notes/use-notes.ts";
import { Badge } from "../parts/badge.tsx";
import { Heading } from "../parts/heading.tsx";
import { EmptyState, ErrorBox } from "../parts/states.tsx";
import { hrefOf, type Query } from "../router/route.ts";
import { Actions } from "./actions.tsx";
import { Artifacts } from "./artifacts.tsx";
import { useIcon } from "./attention.ts";
import { Configuration } from "./configuration.tsx";
import { Details } from "./details.tsx";
import { EventLog } from "./event-log.tsx";
import { Figures } from "./figures.tsx";
import { LossCard } from "./loss-card.tsx";
import { RunOutput } from "./run-output.tsx";
import { StreamNote } from "./stream-note.tsx";
import { progressOf, windowTitleOf } from "./progress.ts";
import { useJob, type LiveJob } from "./use-job.ts";

const jobs = hrefOf({ view: "jobs", query: {} });

interface JobProps {
  readonly id: string;
  /** How the chart is to look. */
  readonly query: Query | undefined;
}

export function JobView({ id, query }: JobProps) {
  const live = useJob(id);
  if (live.missing) {
    return (
      <>
        <Heading title="No such job in this project" />
        <EmptyState title="It may have been deleted, or belong to another project.">
          <a href={jobs}>Back to jobs</a>
        </EmptyState>
      </>
    );
  }
  return <Known id={id} query={query} live={live} />;
}

function Known({ id, query, live }: JobProps & { readonly live: LiveJob }) {
  const { job, record, status } = live;
  const known = useNotes();
  const note = known.notes.get(id);
  const name = note?.name || job?.name || "Job";
  useIcon(status);
  const error = record.error ?? (status === "failed" ? job?.error : null);
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={jobs}>Jobs</a>
        <span aria-hidden="true">/</span>
        <span class="crumb" aria-current="page">
          {note?.name || job?.name || id}
        </span>
      </nav>
      <Heading title={name} windowTitle={windowTitleOf(name, status, progressOf(record.curve, job?.config ?? {}, status, NaN))}>
        <span class="job-status" role="status">
          <Badge status={status} />
          {job?.config["dryRun"] === true && <span class="tag">dry run</span>}
          {note && <Tags tags={note.tags} linked />}
          {status === "queued" && (job?.jobsAhead ?? 0) > 0 && <span class="quiet">{job?.jobsAhead} ahead of it</span>}
        </span>
        <Actions id={id} live={live} />
      </Heading>
      <div class="stack">
        {live.error !== null && <ErrorBox what="Failed to load the job" error={live.error} onRetry={live.refresh} />}
        {error && (
          <p class="job-failed" role="alert">
            <strong>Job failed:</strong> {error}
          </p>
        )}
        <StreamNote stream={live.stream} onReconnect={live.reconnect} />
        <Figures live={live} />
        <div class="job-columns">
          <div class="stack job-main">
            <LossCard id={id} name={name} query={query} live={live} />
            <EvalsCard id={id} status={status} saved={record.checkpoints.size} />
            <LearningCard id={id} live={live} />
            <EventLog id={id} live={live} />
            <RunOutput jobId={id} />
          </div>
          <div class="stack job-side">
            <Details id={id} live={live} renamed={note !== undefined && note.name !== ""} />
            <NoteCard id={id} jobName={job?.name ?? ""} known={known} />
            <Artifacts id={id} status={status} saved={record.checkpoints.size} />
            {job && <Configuration config={job.config} />}
          </div>
        </div>
      </div>
    </>
  );
}
