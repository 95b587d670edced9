import { useMemo, useState } from "preact/hooks";

import "../job/job.css";
import "./compare.css";
import { plural } from "../formats/text.ts";
import { nameOf } from "../notes/note.ts";
import { useNotes } from "../notes/use-notes.ts";
import { Button } from "../parts/button.tsx";
import { Heading } from "../parts/heading.tsx";
import { EmptyState, ErrorBox, Skeleton } from "../parts/states.tsx";
import { hrefOf, type Query } from "../router/route.ts";
import { ComparedTable } from "./compared-table.tsx";
import { CurvesCard } from "./curves-card.tsx";
import { withoutDryRuns } from "./dry-runs.ts";
import { maxRuns, useCompared } from "./use-compared.ts";

const jobs = hrefOf({ view: "jobs", query: {} });

interface CompareProps {
  readonly ids: readonly string[];
  /** How the chart is to look. */
  readonly query: Query | undefined;
}

export function Compare({ ids, query }: CompareProps) {
  const { data, error, refresh } = useCompared(ids);
  const { notes } = useNotes();
  const found = useMemo(() => (data ?? []).flatMap((run) => (run.job === null ? [] : [{ ...run, job: { ...run.job, name: nameOf(run.job, notes) } }])), [data, notes]);
  const [all, showAll] = useState(false);
  const shown = all ? found : withoutDryRuns(found);
  const dry = found.length - shown.length;
  const missing = (data ?? []).filter(({ job }) => job === null).map(({ id }) => id);
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={jobs}>Jobs</a>
        <span aria-hidden="true">/</span>
        <span aria-current="page">Compare</span>
      </nav>
      <Heading title="Compare">
        <a class="button" href={jobs}>
          Choose other runs
        </a>
      </Heading>
      <div class="stack">
        {ids.length > maxRuns && <p class="note">Only the first {maxRuns} of {ids.length} runs are shown: more lines cannot be told apart.</p>}
        {missing.length > 0 && <p class="note note-warn">Not in this project: {missing.join(", ")}</p>}
        {dry > 0 && (
          <p class="note">
            <span>
              {plural(dry, "dry run")} {dry === 1 ? "is" : "are"} left out: a few samples say little beside a whole training.
            </span>
            <Button onClick={() => showAll(true)}>Show all</Button>
          </p>
        )}
        {error !== null && <ErrorBox what="Failed to load the runs" error={error} onRetry={refresh} />}
        {ids.length === 0 && (
          <div class="card">
            <EmptyState title="Nothing to compare yet">
              Select two to six runs in the <a href={jobs}>list of jobs</a>.
            </EmptyState>
          </div>
        )}
        {data === null && error === null && ids.length > 0 && <Skeleton lines={6} />}
        {shown.length > 0 && <CurvesCard ids={ids} query={query} runs={shown} />}
        {shown.length > 0 && <ComparedTable runs={shown} />}
      </div>
    </>
  );
}
