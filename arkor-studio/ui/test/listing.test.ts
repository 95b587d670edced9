import assert from "node:assert/strict";
import { test } from "node:test";

import { listingOf, matching, queryOf, sorted, sortedBy, unfiltered, type Known, type Listing } from "../src/jobs/listing.ts";
import { parseJobs, type Job } from "../src/net/shapes.ts";
import { parseNotes } from "../src/notes/note.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 4, 5, minute)).toISOString();
const now = Date.UTC(2026, 2, 4, 6);
const jobs: readonly Job[] = parseJobs({
  jobs: [
    { id: "c3", name: "Triage run 10", status: "running", createdAt: at(3), startedAt: at(3), config: { model: "b", datasetSource: { type: "huggingface", name: "acme/b" } } },
    { id: "b2", name: "triage run 9", status: "completed", createdAt: at(2), startedAt: at(2), completedAt: at(4), config: { model: "a", datasetSource: { type: "huggingface", name: "acme/a" } } },
    { id: "a1", name: "Translate", status: "failed", createdAt: at(1), config: { model: "c" } },
  ],
});
const notes = parseNotes({ notes: { a1: { name: "Zebra", text: "too slow", tags: ["Keep"] }, b2: { tags: ["keep", "prod"] }, gone: { tags: ["old"] } } });
const outcomes = new Map([
  ["c3", { loss: 0.5, evalLoss: null, part: null }],
  ["b2", { loss: 0.25, evalLoss: null, part: null }],
]);
const known: Known = { now, notes: new Map(), outcomes };
const ids = (part: Partial<Listing>, more: Partial<Known> = {}): string => {
  const listing = { ...listingOf({}), ...part };
  const all = { ...known, ...more };
  return sorted(matching(jobs, listing, all.notes), listing, all)
    .map((job) => job.id)
    .join(" ");
};

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
  assert.equal(ids({ sort: "duration", descending: false }), "a1 b2 c3"); // one that never began is the shortest
  assert.equal(ids({ sort: "loss", descending: false }), "b2 c3 a1");
  assert.equal(ids({ sort: "loss", descending: true }), "c3 b2 a1"); // a job without a loss is last either way
});

test("JL8: filter, search and order live in the address", () => {
  const listing: Listing = { search: "a b", status: "failed", tag: "prod", sort: "name", descending: true };
  assert.deepEqual(listingOf(queryOf(listing)), listing);
  assert.deepEqual(queryOf(listingOf({})), { q: "", status: "", tag: "", sort: "" });
  assert.deepEqual(listingOf({ status: "paused", sort: "-color" }), listingOf({}));
});

test("a click on a column sorts by it, another one turns the order round", () => {
  const byName = sortedBy(listingOf({}), "name");
  assert.deepEqual([byName.sort, byName.descending], ["name", false]);
  assert.equal(sortedBy(byName, "name").descending, true);
  assert.equal(sortedBy(byName, "duration").descending, true);
});

test("B12: names, texts and tags of one's own are searched, sorted and filtered by", () => {
  assert.equal(ids({ tag: "KEEP" }, { notes }), "b2 a1");
  assert.equal(ids({ tag: "prod", status: "failed" }, { notes }), "");
  assert.equal(ids({ search: "zeb" }, { notes }), "a1");
  assert.equal(ids({ search: "too slow" }, { notes }), "a1");
  assert.equal(ids({ search: "Translate" }, { notes }), "a1"); // its own name is found, too
  assert.equal(ids({ sort: "name", descending: true }, { notes }), "a1 c3 b2");
  assert.deepEqual(unfiltered({ ...listingOf({ q: "x", status: "failed", tag: "y", sort: "-name" }) }), listingOf({ sort: "-name" }));
});
