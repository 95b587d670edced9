/** Which jobs are listed, and in which order: as the address says. */

import { textOf, type Job } from "../net/shapes.ts";
import { datasetLabel } from "../formats/text.ts";
import { durationOf } from "../formats/time.ts";
import type { Query } from "../router/route.ts";

export const statuses = ["all", "running", "completed", "queued", "failed", "cancelled"] as const;
export type Status = (typeof statuses)[number];

export const sortKeys = ["status", "name", "model", "dataset", "duration", "created"] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Listing {
  readonly search: string;
  readonly status: Status;
  readonly sort: SortKey;
  readonly descending: boolean;
}

const usual: Listing = { search: "", status: "all", sort: "created", descending: true };

export function listingOf(query: Query): Listing {
  const status = statuses.find((name) => name === query["status"]) ?? usual.status;
  const asked = query["sort"] ?? "";
  const sort = sortKeys.find((key) => key === asked.replace(/^-/, ""));
  return { search: query["q"] ?? "", status, sort: sort ?? usual.sort, descending: sort ? asked.startsWith("-") : usual.descending };
}

/** What differs from the usual. */
export function queryOf({ search, status, sort, descending }: Listing): Query {
  const order = sort === usual.sort && descending === usual.descending ? "" : (descending ? "-" : "") + sort;
  return { q: search, status: status === "all" ? "" : status, sort: order };
}

/** The listing after a click on a column: its natural order first, then the other way round. */
export function sortedBy(listing: Listing, sort: SortKey): Listing {
  const first = sort === "created" || sort === "duration";
  return { ...listing, sort, descending: listing.sort === sort ? !listing.descending : first };
}

/** Jobs of the listing, in its order. The usual order is the backend's. */
export function listed(jobs: readonly Job[], listing: Listing, now: number): readonly Job[] {
  const text = listing.search.trim().toLowerCase();
  const found = jobs.filter(
    (job) => (listing.status === "all" || job.status === listing.status) && (text === "" || job.name.toLowerCase().includes(text) || job.id.toLowerCase().includes(text)),
  );
  if (listing.sort === "created") return listing.descending ? found : found.toReversed();
  const direction = listing.descending ? -1 : 1;
  const compare = orders[listing.sort];
  return found.toSorted((a, b) => direction * compare(a, b, now));
}

const orders: Record<Exclude<SortKey, "created">, (a: Job, b: Job, now: number) => number> = {
  status: (a, b) => a.status.localeCompare(b.status),
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  model: (a, b) => textOf(a.config["model"]).localeCompare(textOf(b.config["model"])),
  dataset: (a, b) => datasetLabel(a.config).localeCompare(datasetLabel(b.config), undefined, { numeric: true }),
  duration: (a, b, now) => lengthOf(a, now) - lengthOf(b, now),
};

/** A job that has not begun is shorter than any that has. */
function lengthOf(job: Job, now: number): number {
  const duration = durationOf(job, now);
  return Number.isNaN(duration) ? -1 : duration;
}
