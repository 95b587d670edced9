import assert from "node:assert/strict";
import { test } from "node:test";

import { capitalise, datasetLabel, formatBytes, formatNumber, plural, spansOf, truncateMiddle } from "../src/formats/text.ts";
import { durationOf, formatClock, formatDuration, formatMinute, formatRelative } from "../src/formats/time.ts";

test("FM1, FM2: durations", () => {
  const cases: [number, string][] = [
    [0, "0s"],
    [45_999, "45s"],
    [65_000, "1m 05s"],
    [3_599_999, "59m 59s"],
    [7_507_000, "2h 05m 07s"],
    [360_000_000, "100h 00m 00s"],
    [-1, "N/A"],
    [NaN, "N/A"],
    [Infinity, "N/A"],
  ];
  for (const [ms, want] of cases) assert.equal(formatDuration(ms), want);
});

test("FM3: relative times, in the unit that fits", () => {
  const second = 1000;
  const minute = 60 * second;
  const hour = 60 * minute;
  const day = 24 * hour;
  const cases: [number, string][] = [
    [0, "now"],
    [-44 * second, "44 seconds ago"],
    [-45 * second, "1 minute ago"],
    [-44 * minute, "44 minutes ago"],
    [-45 * minute, "1 hour ago"],
    [-21 * hour, "21 hours ago"],
    [-22 * hour, "yesterday"],
    [-25 * day, "25 days ago"],
    [-26 * day, "last month"],
    [-300 * day, "10 months ago"],
    [-320 * day, "last year"],
    [-800 * day, "2 years ago"],
    [20 * second, "in 20 seconds"],
    [3 * hour, "in 3 hours"],
  ];
  const now = Date.UTC(2026, 2, 4);
  for (const [distance, want] of cases) assert.equal(formatRelative(now + distance, now), want);
  assert.equal(formatRelative(NaN, now), "N/A");
});

test("JD8, JD10: times of the reader's zone", () => {
  assert.equal(formatMinute(new Date(2026, 2, 4, 5, 6, 7).toISOString()), "2026-03-04 05:06");
  assert.equal(formatClock(new Date(2026, 2, 4, 5, 6, 7).toISOString()), "05:06:07");
  assert.equal(formatMinute(null), "N/A");
  assert.equal(formatMinute("soon"), "N/A");
  assert.equal(formatClock("soon"), "");
});

test("JL5: a job takes from its start to its end, or until now while it runs", () => {
  const at = (n: number): string => new Date(n).toISOString();
  const job = { startedAt: at(1000), completedAt: null };
  assert.equal(durationOf({ ...job, status: "running" }, 5000), 4000);
  assert.equal(durationOf({ ...job, status: "completed", completedAt: at(3000) }, 5000), 2000);
  assert.ok(Number.isNaN(durationOf({ ...job, status: "failed" }, 5000)));
  assert.ok(Number.isNaN(durationOf({ status: "cancelled", startedAt: null, completedAt: at(3000) }, 5000)));
  assert.ok(Number.isNaN(durationOf({ status: "queued", startedAt: null, completedAt: null }, 5000)));
});

test("FM4: long texts lose their middle", () => {
  assert.equal(truncateMiddle("abcdefghijk", 6, 4), "abcdefghijk");
  assert.equal(truncateMiddle("abcdefghijkl", 6, 4), "abcdef…ijkl");
  assert.equal(truncateMiddle("🙂🙂🙂🙂🙂", 1, 1), "🙂…🙂");
  assert.equal(truncateMiddle("", 6, 4), "");
});

test("FM5: labels are capitalised", () => {
  assert.equal(capitalise("running"), "Running");
  assert.equal(capitalise(""), "");
});

test("numbers, sizes and plurals", () => {
  assert.deepEqual([0, 0.0002, 1.83, 0.123456, 1234.5, 2e7, -0.5, NaN, null].map(formatNumber), [
    "0", "2.00e-4", "1.83", "0.1235", "1,235", "2.00e7", "-0.5", "N/A", "N/A",
  ]);
  assert.deepEqual([0, 999, 1000, 52_428_800, -1].map(formatBytes), ["0 B", "999 B", "1.0 kB", "52.4 MB", "N/A"]);
  assert.equal(plural(1, "artifact"), "1 artifact");
  assert.equal(plural(2000, "artifact"), "2,000 artifacts");
});

test("JD11: the dataset's name, from where it stands first", () => {
  const hub = { type: "huggingface", name: "acme/tickets" };
  const cases: [Record<string, unknown>, string][] = [
    [{ datasetSource: hub }, "acme/tickets"],
    [{ datasetSource: { ...hub, subset: "en", split: "train" } }, "acme/tickets (en/train)"],
    [{ datasetSource: { ...hub, split: "train" } }, "acme/tickets (train)"],
    [{ datasetSource: { type: "blob", url: "https://data.example/a.jsonl" } }, "https://data.example/a.jsonl"],
    [{ dataset: hub }, "acme/tickets"],
    [{ dataset: { source: hub } }, "acme/tickets"],
    [{ datasetSource: { type: "file", datasetId: "sha256:" + "0123456789abcdef".repeat(4) } }, "sha256:0123456…cdef"],
    [{}, "N/A"],
    [{ datasetSource: 7 }, "N/A"],
  ];
  for (const [config, want] of cases) assert.equal(datasetLabel(config), want);
});

test("what stands between backticks is code", () => {
  assert.deepEqual(spansOf("run `arkor init`, or `arkor dev`"), [
    { text: "run ", isCode: false },
    { text: "arkor init", isCode: true },
    { text: ", or ", isCode: false },
    { text: "arkor dev", isCode: true },
  ]);
  for (const plain of ["nothing to type", "one ` alone", "``", "`a\nb`"]) assert.deepEqual(spansOf(plain), [{ text: plain, isCode: false }]);
  assert.deepEqual(spansOf(""), []);
});
