import assert from "node:assert/strict";
import { test } from "node:test";

import { listed, listingOf, queryOf, sortedBy, type Listing } from "../src/jobs/listing.ts";
import { parseJobs, type Job } from "../src/net/shapes.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 4, 5, minute)).toISOString();
const now = Date.UTC(2026, 2, 4, 6);
const jobs: readonly Job[] = parseJobs({
  jobs: [
    { id: "c3", name: "Triage run 10", status: "running", createdAt: at(3), startedAt: at(3), config: { model: "b", datasetSource: { type: "huggingface", name: "acme/b" } } },
    { id: "b2", name: "triage run 9", status: "completed", createdAt: at(2), startedAt: at(2), completedAt: at(4), config: { model: "a", datasetSource: { type: "huggingface", name: "acme/a" } } },
    { id: "a1", name: "Translate", status: "failed", createdAt: at(1), config: { model: "c" } },
  ],
});
const ids = (listing: Partial<Listing>): string => listed(jobs, { ...listingOf({}), ...listing }, now).map((job) => job.id).join(" ");

test("JL3: search in names and ids, trimmed, in any case, together with the status", () => {
  assert.equal(ids({}), "c3 b2 a1");
  assert.equal(ids({ search: "  TRIAGE " }), "c3 b2");
  assert.equal(ids({ search: "A1" }), "a1");
  assert.equal(ids({ search: "triage", status: "completed" }), "b2");
  assert.equal(ids({ search: "nothing" }), "");
});

test("JL8: sorted by each column, both ways; usually as delivered", () => {
  assert.equal(ids({ sort: "created", descending: false }), "a1 b2 c3");
  assert.equal(ids({ sort: "name", descending: false }), "a1 b2 c3");
  assert.equal(ids({ sort: "status", descending: false }), "b2 a1 c3");
  assert.equal(ids({ sort: "model", descending: true }), "a1 c3 b2");
  assert.equal(ids({ sort: "dataset", descending: false }), "b2 c3 a1");
  assert.equal(ids({ sort: "duration", descending: true }), "c3 b2 a1");
});

test("JL8: filter, search and order live in the address", () => {
  const listing: Listing = { search: "a b", status: "failed", sort: "name", descending: true };
  assert.deepEqual(listingOf(queryOf(listing)), listing);
  assert.deepEqual(queryOf(listingOf({})), { q: "", status: "", sort: "" });
  assert.deepEqual(listingOf({ status: "paused", sort: "-color" }), listingOf({}));
});

test("a click on a column sorts by it, another one turns the order round", () => {
  const byName = sortedBy(listingOf({}), "name");
  assert.deepEqual([byName.sort, byName.descending], ["name", false]);
  assert.equal(sortedBy(byName, "name").descending, true);
  assert.equal(sortedBy(byName, "duration").descending, true);
});
