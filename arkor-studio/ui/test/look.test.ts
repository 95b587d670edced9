import assert from "node:assert/strict";
import { test } from "node:test";

import { lookOf, parseChoices, queryOfLook, type Look } from "../src/job/choices.ts";
import { Curve } from "../src/job/curve.ts";
import { stepTimes, timesLeft } from "../src/job/derived.ts";
import { svgOf, ticksOf, type Picture } from "../src/chart/svg.ts";
import { hrefOf, parseRoute } from "../src/router/route.ts";

const look: Look = {
  choices: { smoothing: 0.6, log: true, clip: false, axis: "time", rate: true, more: true, advanced: true },
  range: [12.5, 4000.123456789],
};

test("CH13: an address carries all that the chart shows, and back", () => {
  const href = hrefOf({ view: "job", id: "j/1", query: queryOfLook(look) });
  assert.equal(href, "#/jobs/j%2F1?x=time&smoothing=0.6&show=log,rate,more,advanced&from=12.5&to=4000.1235");
  const route = parseRoute(href);
  assert.equal(route.view === "job" && route.id, "j/1");
  assert.deepEqual(lookOf(route.view === "job" ? route.query : undefined), { ...look, range: [12.5, 4000.1235] });
  const usual: Look = { choices: parseChoices(null), range: null };
  assert.deepEqual(lookOf(queryOfLook(usual)), usual);
});

test("CH13: an address that somebody made up shows what can be shown", () => {
  assert.equal(lookOf(undefined), null);
  assert.equal(lookOf({ smoothing: "0.5" }), null);
  assert.deepEqual(lookOf({ x: "weeks", smoothing: "2", show: "everything", from: "9", to: "1" }), { choices: parseChoices(null), range: null });
  assert.equal(lookOf({ x: "step", from: "", to: "5" })?.range, null);
  assert.equal(lookOf({ x: "step", from: "1e400", to: "5" })?.range, null);
});

test("CH12: the time of a step is that since the row before", () => {
  const curve = new Curve();
  const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  curve.add({ step: 1, loss: 3, timestamp: at(1) });
  curve.add({ step: 2, loss: 3 });
  curve.add({ step: 5, loss: 2, timestamp: at(9), epoch: 0.5 });
  curve.add({ step: 6, loss: 2, timestamp: at(8), epoch: 0.75 });
  assert.deepEqual(stepTimes(curve), [null, null, 2, 0]); // a clock that was set back takes no time from anybody
  assert.deepEqual(timesLeft(curve, { maxSteps: 9 }), [null, null, 8, 4.2]);
  assert.deepEqual(timesLeft(curve, { maxSteps: 3 }), [null, null, 0, 0]);
  assert.deepEqual(timesLeft(curve, { numTrainEpochs: 1 }), [null, null, null, 0]);
  assert.deepEqual(timesLeft(curve, {}), [null, null, null, null]);
});

const picture: Picture = {
  title: 'Loss of <b>"x"</b> & more',
  axis: "step",
  xs: [1, 2, 3, 4],
  lines: [
    { label: "loss", color: "--loss", values: [4, 2, null, 1] },
    { label: "learning rate", color: "--rate", values: [1e-3, 1e-4, 0, 0], right: true },
    { label: "eval", color: "--eval", values: [null, 3, null, null], dots: true, dash: [6, 4] },
  ],
  marks: [
    { x: 2, kind: "checkpoint" },
    { x: 9, kind: "checkpoint" },
    { x: 2, y: 3, kind: "best" },
  ],
  log: false,
  clip: false,
  range: null,
  legend: [{ label: "Loss < 1", color: "--loss", shape: "line" }],
  color: (name) => `#${name.length}`,
  font: 'a, "b"',
};

test("CH13: a picture as SVG has the lines, the marks in sight, and no markup of a name", () => {
  const svg = svgOf(picture);
  assert.ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"') && svg.endsWith("</svg>\n"));
  assert.ok(!svg.includes("<b>") && svg.includes("&#60;b&#62;&#34;x&#34;&#60;/b&#62; &#38; more"));
  assert.ok(svg.includes('font-family="a, &#34;b&#34;"') && svg.includes("Loss &#60; 1"));
  assert.equal(svg.match(/stroke-linejoin/g)?.length, 3);
  assert.equal(svg.match(/l4\.5 4\.5/g)?.length, 1); // the other checkpoint lies outside
  assert.equal(svg.match(/r="6"/g)?.length, 1);
  assert.match(svg, /stroke-dasharray="6 4"/);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  // Nothing lies between the points of a line but the line.
  assert.match(svg, /<path d="M64 [\d.]+L342\.7 [\d.]+L900 [\d.]+" fill="none" stroke="#6"/);
});

test("CH13: a picture of a stretch, of a logarithm, and of nothing", () => {
  assert.doesNotMatch(svgOf({ ...picture, range: [2, 3], log: true, clip: true }), /NaN|Infinity|undefined/);
  assert.doesNotMatch(svgOf({ ...picture, xs: [], lines: [], marks: [] }), /NaN|Infinity|undefined/);
  assert.doesNotMatch(svgOf({ ...picture, xs: [5], lines: [{ label: "loss", color: "--loss", values: [0] }], log: true }), /NaN|Infinity|undefined/);
  const long = { ...picture, xs: Array.from({ length: 100_000 }, (_, at) => at), lines: [{ label: "loss", color: "--loss", values: Array.from({ length: 100_000 }, (_, at) => Math.sin(at)) }] };
  assert.ok(svgOf(long).length < 100_000);
});

test("ticks are round, within the ends, and not too many", () => {
  assert.deepEqual(ticksOf(1, 160, [1, 2, 5, 10, 20, 50, 100], 9), [20, 40, 60, 80, 100, 120, 140, 160]);
  assert.deepEqual(ticksOf(0.1, 0.3, [0.01, 0.05, 0.1], 6), [0.1, 0.15, 0.2, 0.25, 0.3]);
});
