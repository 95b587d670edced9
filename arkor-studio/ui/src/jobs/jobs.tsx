import { useMemo, useState } from "preact/hooks";

import "./jobs.css";
import { formatCount, plural } from "../formats/text.ts";
import { parseJobs } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import "../notes/notes.css";
import { tagsOf } from "../notes/note.ts";
import { useNotes } from "../notes/use-notes.ts";
import { Button } from "../parts/button.tsx";
import { Heading } from "../parts/heading.tsx";
import { Refresh } from "../parts/icons.tsx";
import { EmptyState, ErrorBox, Skeleton } from "../parts/states.tsx";
import { hrefOf, type Query } from "../router/route.ts";
import { useStudio, useValue } from "../studio.ts";
import { DeleteJobs } from "./delete-jobs.tsx";
import { Filters } from "./filters.tsx";
import { JobTable } from "./job-table.tsx";
import { listingOf, matching, queryOf, sorted, unfiltered, type Listing } from "./listing.ts";
import { useOutcomes } from "./use-outcomes.ts";

const usualMs = 5000;
/** A long list takes its time on the way. */
const longMs = 15_000;
const long = 1000;
/** As many runs as a chart has colours for. */
const maxCompared = 6;

export function Jobs({ query }: { readonly query: Query }) {
  const { api, router, now: clock } = useStudio();
  const now = useValue(clock);
  const { data, error, refreshing, refresh } = usePoll(async (signal) => parseJobs(await api.get("/api/jobs", signal)), "jobs", (state) =>
    (state.data?.length ?? 0) > long ? longMs : usualMs,
  );
  const [picked, pick] = useState<readonly string[]>([]);
  const [deleting, remove] = useState(false);
  const chosen = useMemo(() => (data ?? []).filter(({ id }) => picked.includes(id)), [data, picked]);
  const listing = listingOf(query);
  const { notes, error: notesError } = useNotes();
  const outcomes = useOutcomes();
  const found = useMemo(() => matching(data ?? [], listing, notes), [data, query, notes]);
  // What they came to matters to one order alone.
  const shown = useMemo(() => sorted(found, listing, { now, notes, outcomes: outcomes.known }), [found, query, now, listing.sort === "loss" && outcomes.version]);
  const tags = useMemo(() => tagsOf((data ?? []).flatMap(({ id }) => notes.get(id) ?? [])), [data, notes]);
  const list = (next: Listing): void => router.replace(hrefOf({ view: "jobs", query: queryOf(next) }));
  const comparable = chosen.length >= 2 && chosen.length <= maxCompared;
  return (
    <>
      <Heading title="Jobs">
        <div class="row">
          {listing.sort === "loss" && outcomes.pending > 0 && <span class="quiet jobs-count">reading {plural(outcomes.pending, "loss", "losses")}…</span>}
          {data !== null && <span class="quiet jobs-count">{shown.length === data.length ? plural(data.length, "job") : `${formatCount(shown.length)} of ${plural(data.length, "job")}`}</span>}
          <Button label="Refresh" title="Refresh" onClick={refresh}>
            <span class={refreshing ? "spinning" : undefined}>
              <Refresh />
            </span>
          </Button>
          {chosen.length > 0 && (
            <Button kind="danger" onClick={() => remove(true)}>
              Delete {plural(chosen.length, "job")}
            </Button>
          )}
          {comparable ? (
            <a class="button button-primary" href={hrefOf({ view: "compare", ids: picked.filter((id) => chosen.some((job) => job.id === id)) })}>
              Compare {chosen.length} runs
            </a>
          ) : (
            <Button disabled title="Select two to six runs in the list">
              Compare
            </Button>
          )}
        </div>
      </Heading>
      <Filters listing={listing} tags={tags} onChange={list} />
      {notesError !== null && <ErrorBox what="Failed to load the notes" error={notesError} />}
      {error !== null && <ErrorBox what="Failed to load jobs" error={error} onRetry={refresh} />}
      <div class="card jobs-card">
        {data === null && error === null && (
          <div class="card-body">
            <Skeleton lines={6} />
          </div>
        )}
        {data !== null && data.length === 0 && (
          <EmptyState title="No jobs yet" command="arkor start">
            Start a training on the <a href="#/">Overview</a>, or from a terminal.
          </EmptyState>
        )}
        {data !== null && data.length > 0 && shown.length === 0 && (
          <EmptyState title="No matches">
            <Button onClick={() => list(unfiltered(listing))}>Show all jobs</Button>
          </EmptyState>
        )}
        {shown.length > 0 && <JobTable jobs={shown} list={data ?? []} notes={notes} outcomes={outcomes} listing={listing} onSort={list} picked={picked} onPick={pick} />}
      </div>
      {deleting && chosen.length > 0 && (
        <DeleteJobs
          jobs={chosen}
          notes={notes}
          onDeleted={(gone) => {
            pick(picked.filter((id) => !gone.includes(id)));
            refresh();
          }}
          onClose={() => remove(false)}
        />
      )}
    </>
  );
}
