import assert from "node:assert/strict";
import { test } from "node:test";

import { digitsOf, distancesOf, placeText, spanOf, spread, withoutOutliers } from "../src/chart/scale.ts";
import { smooth } from "../src/chart/smooth.ts";
import { statisticsOf } from "../src/chart/statistics.ts";
import { positionOf, thin } from "../src/chart/thin.ts";

test("CH9: statistics of a series", () => {
  const got = statisticsOf([1, 2, null, 3, 4, 5]);
  assert.ok(got);
  const rounded = Object.fromEntries(Object.entries(got).map(([name, value]) => [name, Number((value as number).toFixed(4))]));
  assert.deepEqual(rounded, { n: 5, mean: 3, variance: 2.5, deviation: 1.5811, interval: 1.9629, p90: 4.6, p95: 4.8 });
});

test("CH9: one value has no spread, none has no statistics", () => {
  assert.deepEqual(statisticsOf([7]), { n: 1, mean: 7, variance: 0, deviation: 0, interval: 0, p90: 7, p95: 7 });
  assert.equal(statisticsOf([]), null);
  assert.equal(statisticsOf([null]), null);
});

test("CH9: the interval takes Student's t up to 30 degrees of freedom, 1.96 above", () => {
  const of = (n: number): number => {
    const s = statisticsOf(Array.from({ length: n }, (_, i) => i));
    return s ? (s.interval / s.deviation) * Math.sqrt(n) : NaN;
  };
  assert.equal(of(2).toFixed(3), "12.706");
  assert.equal(of(31).toFixed(3), "2.042");
  assert.equal(of(32).toFixed(3), "1.960");
});

test("CH7: first, last, lowest and highest of 100,000 points are drawn, and few points are", () => {
  const n = 100_000;
  const xs = Array.from({ length: n }, (_, i) => i + 1);
  const loss: (number | null)[] = xs.map((x) => 4 / Math.sqrt(x) + ((x * 7919) % 101) / 1000);
  loss[61_803] = 9;
  loss[31_415] = -1;
  const evals: (number | null)[] = xs.map((x) => (x % 1000 === 0 ? 2 : null));
  const kept = thin(xs, [loss, evals], 0, n, 800);
  for (const at of [0, n - 1, 61_803, 31_415, 999]) assert.ok(kept.includes(at), String(at));
  assert.ok(kept.length <= 800 * 4 * 2 + 4, String(kept.length));
  assert.deepEqual(kept, kept.toSorted((a, b) => a - b));
});

test("CH7: of few points all are drawn, within the zoom only", () => {
  const xs = [1, 2, 3, 4, 5];
  assert.deepEqual(thin(xs, [[1, null, 3, 4, 5]], 1, 4, 100), [1, 2, 3]);
  assert.deepEqual(thin([], [], 0, 0, 100), []);
});

test("a position is that of the first x that is not less", () => {
  assert.deepEqual([0, 1, 2, 5, 6].map((x) => positionOf([1, 3, 5], x)), [0, 0, 1, 2, 3]);
});

test("CH11: smoothing keeps a constant, follows slowly, and skips what is missing", () => {
  assert.deepEqual(smooth([2, null, 2, 2], 0.9).map((v) => v?.toFixed(6) ?? null), ["2.000000", null, "2.000000", "2.000000"]);
  assert.deepEqual(smooth([1, 5, 2], 0), [1, 5, 2]);
  const [, second] = smooth([0, 1], 0.5);
  assert.equal(second?.toFixed(4), "0.6667");
});

test("CH4: the axes hold all values, are never without width, and have labels that differ", () => {
  assert.deepEqual([spanOf([3, 7, 90]), spanOf([5]), spanOf([])], [[3, 90], [5, 6], [0, 1]]);
  const [low, high] = spread(1, 3);
  assert.ok(low <= 1 && low > 0.8 && high >= 3 && high < 3.2);
  const [bottom, top] = spread(2, 2);
  assert.ok(bottom < 2 && top > 2 && top - bottom >= 1e-4);
  assert.equal(spread(0.01, 5)[0], 0);
  assert.ok(spread(-1, 5)[0] < -1);
  for (const nothing of [spread(null, null), spread(NaN, 1), spread(0, Infinity)]) assert.deepEqual(nothing, [0, 1]);
  assert.deepEqual([1, 0.5, 0.001, 0.0002, 1e-30].map(digitsOf), [3, 3, 3, 4, 12]);
  assert.ok(distancesOf("step").every(Number.isInteger));
});

test("CH11: places are said as steps, epochs and times", () => {
  assert.deepEqual([placeText("step", 12000), placeText("epoch", 0.25), placeText("time", 3661)], ["12,000", "0.25", "1h 01m 01s"]);
  for (const axis of ["step", "epoch", "time"] as const) {
    const distances = distancesOf(axis);
    assert.deepEqual(distances, distances.toSorted((a, b) => a - b));
    assert.equal(new Set(distances).size, distances.length);
  }
});

test("CH11: values far from the others may be left out, those of a usual curve are not", () => {
  const curve = Array.from({ length: 100 }, (_, i) => 2 + Math.cos(i / 30));
  assert.deepEqual(withoutOutliers(curve), [Math.min(...curve), Math.max(...curve)]);
  assert.deepEqual(withoutOutliers([...curve, 20, -20]), [Math.min(...curve), Math.max(...curve)]);
  assert.deepEqual([withoutOutliers([7]), withoutOutliers([])], [[7, 7], null]);
});
