import assert from "node:assert/strict";
import { test } from "node:test";

import { parseRuns } from "../src/net/shapes.ts";
import { rowsInSight } from "../src/parts/window.ts";
import { jobIn, piecesOf } from "../src/runs/ansi.ts";
import { withFrames } from "../src/runs/output.ts";

test("O8: colours are kept, every other control sequence is dropped", () => {
  assert.deepEqual(piecesOf("a\x1b[1;31mb\x1b[0mc\x1b[2K\x1b[?25l\x1b]0;title\x07d\x07"), [
    { text: "a", style: "" },
    { text: "b", style: "bold red" },
    { text: "c", style: "" },
    { text: "d", style: "" },
  ]);
  assert.deepEqual(piecesOf("\x1b[92mok\x1b[39m."), [{ text: "ok", style: "green" }, { text: ".", style: "" }]);
});

test("a line that overwrites itself shows what it says last", () => {
  assert.deepEqual(piecesOf("10 %\r20 %\r30 %\ndone\r\n"), [{ text: "30 %\ndone\n", style: "" }]);
});

test("a return at the end of a line overwrites nothing", () => {
  assert.deepEqual(piecesOf("10 %\r20 %\r"), [{ text: "20 %\r", style: "" }]);
  assert.deepEqual(piecesOf("\r"), [{ text: "\r", style: "" }]);
});

test("a line of any length is drawn in one pass", () => {
  const long = "x".repeat(1_000_000);
  assert.deepEqual(piecesOf(long), [{ text: long, style: "" }]);
});

test("markup in output stays text", () => {
  assert.deepEqual(piecesOf("<img src=x onerror=alert(1)>"), [{ text: "<img src=x onerror=alert(1)>", style: "" }]);
});

test("O8: the job's id is found in the output", () => {
  assert.deepEqual(jobIn("x\nStarted job b76de6e0-083d\ny"), { before: "x\nStarted job ", id: "b76de6e0-083d", after: "\ny" });
  assert.equal(jobIn("Started nothing"), null);
});

test("JL7: of many rows those in sight are drawn, and a few around them", () => {
  assert.deepEqual(rowsInSight(0, 400, 40, 100_000), { first: 0, end: 18 });
  assert.deepEqual(rowsInSight(4000, 400, 40, 100_000), { first: 92, end: 118 });
  assert.deepEqual(rowsInSight(1e9, 400, 40, 50), { first: 50, end: 50 });
  assert.deepEqual(rowsInSight(0, 400, 40, 0), { first: 0, end: 0 });
});

test("B1: trainings come as the server lists them, the latest first, and what is no training does not", () => {
  const runs = parseRuns({ runs: [{ id: "r2", state: "running", dryRun: true }, { id: "r1", state: "exited", exit: 3, jobId: "j" }, { state: "running" }, null] });
  assert.deepEqual(runs.map(({ id, state, dryRun, exit, jobId }) => [id, state, dryRun, exit, jobId]), [
    ["r2", "running", true, null, null],
    ["r1", "exited", false, 3, "j"],
  ]);
});

test("O8: the last 100,000 characters of the output are kept, and what is missing is said", () => {
  const output = (text: string) => ({ id: "", event: "output", data: JSON.stringify({ text }) });
  assert.equal(withFrames("a", [output("<b>"), { id: "", event: "dropped", data: '{"bytes":7}' }, output("c")]), "a<b>\n[7 bytes are not kept any more]\nc");
  assert.equal(withFrames("", [{ id: "", event: "output", data: "no JSON" }, { id: "", event: "exit", data: '{"text":"x"}' }]), "");
  const long = withFrames("begin", [output("x".repeat(99_999)), output("\u{1F600}")]);
  assert.deepEqual([long.length, long.slice(-3)], [100_000, "x\u{1F600}"]);
  assert.equal(withFrames("", [output("\u{1F600}" + "x".repeat(99_999))]), "x".repeat(99_999));
});
