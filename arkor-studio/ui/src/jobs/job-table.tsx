import { useEffect, useRef } from "preact/hooks";

import { capitalise, formatNumber, nothing, truncateMiddle } from "../formats/text.ts";
import { durationOf, formatDuration } from "../formats/time.ts";
import { textOf, type Job } from "../net/shapes.ts";
import { Badge } from "../parts/badge.tsx";
import { Time } from "../parts/time.tsx";
import { useRows } from "../parts/use-rows.ts";
import { hrefOf } from "../router/route.ts";
import { useSeconds } from "../studio.ts";
import { noNote, type Note, type Notes } from "../notes/note.ts";
import { Tags } from "../notes/tags.tsx";
import { datasetName, uploadsOf, useFilenames, type Filenames } from "../sources/filenames.ts";
import type { Outcome, Outcomes } from "./use-outcomes.ts";
import { sortedBy, sortKeys, type Listing } from "./listing.ts";

const rowHeight = 48;

interface TableProps {
  readonly jobs: readonly Job[];
  /** As it was loaded. */
  readonly list: readonly Job[];
  readonly notes: Notes;
  readonly outcomes: Outcomes;
  readonly listing: Listing;
  readonly onSort: (listing: Listing) => void;
  /** Those that something is to be done with. */
  readonly picked: readonly string[];
  readonly onPick: (ids: readonly string[]) => void;
}

/** Of thousands of jobs, the rows in sight. */
export function JobTable({ jobs, list, notes, outcomes, listing, onSort, picked, onPick }: TableProps) {
  const table = useRef<HTMLTableElement>(null);
  const { first, end } = useRows(table, "page", rowHeight, jobs.length);
  const inSight = jobs.slice(first, end);
  const filenames = useFilenames(inSight.flatMap(({ config }) => uploadsOf(config).slice(0, 1).map(([, file]) => file)));
  // To sort by loss takes that of every job.
  const all = listing.sort === "loss";
  useEffect(() => outcomes.want(all ? [...inSight, ...jobs] : inSight, list), [list, first, end, all, all ? jobs.length : jobs]);
  const known = new Set(picked);
  const every = jobs.every(({ id }) => known.has(id));
  const some = jobs.some(({ id }) => known.has(id));
  const toggle = (id: string): void => onPick(known.has(id) ? picked.filter((other) => other !== id) : [...picked, id]);
  return (
    <div class="table-scroll">
      <table ref={table} class="table jobs-table" aria-rowcount={jobs.length + 1}>
        <thead>
          <tr>
            <th class="pick">
              <input
                type="checkbox"
                indeterminate={some && !every}
                aria-label="Select all that are listed"
                checked={every}
                onChange={() => onPick(every ? picked.filter((id) => !jobs.some((job) => job.id === id)) : [...new Set([...picked, ...jobs.map(({ id }) => id)])])}
              />
            </th>
            {sortKeys.map((key) => (
              <th key={key} aria-sort={listing.sort !== key ? undefined : listing.descending ? "descending" : "ascending"}>
                <button type="button" onClick={() => onSort(sortedBy(listing, key))}>
                  {capitalise(key)}
                  <span aria-hidden="true">{listing.sort !== key ? "" : listing.descending ? " ↓" : " ↑"}</span>
                </button>
              </th>
            ))}
            <th>ID</th>
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {inSight.map((job, at) => (
            <Row
              key={job.id}
              job={job}
              note={notes.get(job.id) ?? noNote}
              filenames={filenames}
              index={first + at + 2}
              chosen={known.has(job.id)}
              outcome={outcomes.known.get(job.id)}
              onToggle={toggle}
            />
          ))}
          <Gap rows={jobs.length - end} />
        </tbody>
      </table>
    </div>
  );
}

function Gap({ rows }: { readonly rows: number }) {
  return rows === 0 ? null : (
    <tr aria-hidden="true" class="gap">
      <td colSpan={sortKeys.length + 2} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  );
}

interface RowProps {
  readonly job: Job;
  readonly note: Note;
  readonly filenames: Filenames;
  readonly outcome: Outcome | undefined;
  readonly index: number;
  readonly chosen: boolean;
  readonly onToggle: (id: string) => void;
}

function Row({ job, note, filenames, outcome, index, chosen, onToggle }: RowProps) {
  const dataset = datasetName(job.config, filenames);
  const name = note.name || job.name || "Unnamed";
  return (
    <tr aria-rowindex={index} class={chosen ? "chosen" : undefined}>
      <td class="pick">
        <input type="checkbox" aria-label={`Select ${name}`} checked={chosen} onChange={() => onToggle(job.id)} />
      </td>
      <td>
        <Badge status={job.status} />
        {job.status === "running" && typeof outcome?.part === "number" && <span class="quiet percent">{Math.floor(outcome.part * 100)} %</span>}
      </td>
      <td class="job-name">
        <a dir="auto" href={hrefOf({ view: "job", id: job.id })} title={note.text || undefined}>
          {name}
        </a>
        {job.config["dryRun"] === true && <span class="tag">dry run</span>}
        <Tags tags={note.tags} />
      </td>
      <td class="quiet">{textOf(job.config["model"]) || nothing}</td>
      <td class="quiet job-dataset" title={dataset}>
        {dataset}
      </td>
      <td>
        <Duration job={job} />
      </td>
      <td class="quiet">
        <Time at={job.createdAt} />
      </td>
      <td>
        {outcome === undefined ? "" : formatNumber(outcome.loss)}
        {typeof outcome?.evalLoss === "number" && <span class="quiet"> · eval {formatNumber(outcome.evalLoss)}</span>}
      </td>
      <td class="mono quiet" title={job.id}>
        {truncateMiddle(job.id, 6, 4)}
      </td>
    </tr>
  );
}

function Duration({ job }: { readonly job: Job }) {
  const now = useSeconds(job.status === "running");
  return <>{formatDuration(durationOf(job, now))}</>;
}
