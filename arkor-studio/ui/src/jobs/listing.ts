/** Which jobs are listed, and in which order: as the address says. */

import { datasetLabel } from "../formats/text.ts";
import { durationOf } from "../formats/time.ts";
import { textOf, type Job } from "../net/shapes.ts";
import { hasTag, nameOf, type Notes } from "../notes/note.ts";
import type { Query } from "../router/route.ts";
import type { Outcome } from "./use-outcomes.ts";

export const statuses = ["all", "running", "completed", "queued", "failed", "cancelled"] as const;
export type Status = (typeof statuses)[number];

export const sortKeys = ["status", "name", "model", "dataset", "duration", "created", "loss"] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Listing {
  readonly search: string;
  readonly status: Status;
  /** "" for jobs with any tag, and with none. */
  readonly tag: string;
  readonly sort: SortKey;
  readonly descending: boolean;
}

/** What else is known of the jobs. */
export interface Known {
  readonly now: number;
  readonly notes: Notes;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

const usual: Listing = { search: "", status: "all", tag: "", sort: "created", descending: true };

export function listingOf(query: Query): Listing {
  const status = statuses.find((name) => name === query["status"]) ?? usual.status;
  const asked = query["sort"] ?? "";
  const sort = sortKeys.find((key) => key === asked.replace(/^-/, ""));
  return {
    search: query["q"] ?? "",
    status,
    tag: query["tag"] ?? "",
    sort: sort ?? usual.sort,
    descending: sort ? asked.startsWith("-") : usual.descending,
  };
}

/** What differs from the usual. */
export function queryOf({ search, status, tag, sort, descending }: Listing): Query {
  const order = sort === usual.sort && descending === usual.descending ? "" : (descending ? "-" : "") + sort;
  return { q: search, status: status === "all" ? "" : status, tag, sort: order };
}

/** The listing after a click on a column: its natural order first, then the other way round. */
export function sortedBy(listing: Listing, sort: SortKey): Listing {
  const first = sort === "created" || sort === "duration";
  return { ...listing, sort, descending: listing.sort === sort ? !listing.descending : first };
}

/** The listing without what keeps jobs from it. */
export function unfiltered(listing: Listing): Listing {
  return { ...listing, search: usual.search, status: usual.status, tag: usual.tag };
}

/** Jobs of the listing, in no order of their own. */
export function matching(jobs: readonly Job[], listing: Listing, notes: Notes): readonly Job[] {
  const text = listing.search.trim().toLowerCase();
  return jobs.filter(
    (job) =>
      (listing.status === "all" || job.status === listing.status) &&
      (listing.tag === "" || hasTag(notes.get(job.id), listing.tag)) &&
      (text === "" || says(job, notes, text)),
  );
}

function says(job: Job, notes: Notes, text: string): boolean {
  const note = notes.get(job.id);
  return [job.name, job.id, note?.name ?? "", note?.text ?? "", ...(note?.tags ?? [])].some((part) => part.toLowerCase().includes(text));
}

/** Jobs in the order of a listing. The usual order is the backend's. */
export function sorted(jobs: readonly Job[], { sort, descending }: Listing, known: Known): readonly Job[] {
  if (sort === "created") return descending ? jobs : jobs.toReversed();
  const direction = descending ? -1 : 1;
  if (sort === "loss") {
    // What has no loss is last, whichever end is first.
    const loss = (job: Job): number => direction * (known.outcomes.get(job.id)?.loss ?? direction * Infinity);
    return jobs.toSorted((a, b) => (loss(a) === loss(b) ? 0 : loss(a) - loss(b)));
  }
  const compare = orders[sort];
  return jobs.toSorted((a, b) => direction * compare(a, b, known));
}

const orders: Record<Exclude<SortKey, "created" | "loss">, (a: Job, b: Job, known: Known) => number> = {
  status: (a, b) => a.status.localeCompare(b.status),
  name: (a, b, { notes }) => nameOf(a, notes).localeCompare(nameOf(b, notes), undefined, { numeric: true }),
  model: (a, b) => textOf(a.config["model"]).localeCompare(textOf(b.config["model"])),
  dataset: (a, b) => datasetLabel(a.config).localeCompare(datasetLabel(b.config), undefined, { numeric: true }),
  duration: (a, b, { now }) => lengthOf(a, now) - lengthOf(b, now),
};

/** A job that has not begun is shorter than any that has. */
function lengthOf(job: Job, now: number): number {
  const duration = durationOf(job, now);
  return Number.isNaN(duration) ? -1 : duration;
}
