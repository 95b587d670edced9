/** Where the rows of a curve stand on an axis. */

import type { Axis } from "../chart/scale.ts";
import { positionOf } from "../chart/thin.ts";
import type { Curve } from "./curve.ts";

export const axes: readonly Axis[] = ["step", "epoch", "time"];

/**
 * The places of the rows, which never fall: steps, passes over the data, or
 * seconds since the first row. null where the curve does not say enough.
 */
export function placesOf(curve: Curve, axis: Axis): readonly number[] | null {
  if (axis === "step") return curve.steps;
  const raw = axis === "epoch" ? curve.values.epoch : curve.times;
  const first = raw[0];
  const last = raw.at(-1);
  if (typeof first !== "number" || typeof last !== "number" || last <= first) return null;
  const known = raw.flatMap((value, row) => (value === null ? [] : [row]));
  const places: number[] = [];
  let highest = -Infinity;
  for (let row = 0; row < raw.length; row++) {
    highest = Math.max(highest, raw[row] ?? between(curve, raw, known, row));
    places.push(axis === "time" ? (highest - first) / 1000 : highest);
  }
  return places;
}

/** A row that does not say where it is stands between its neighbours as its step does. */
function between(curve: Curve, raw: readonly (number | null)[], known: readonly number[], row: number): number {
  const next = positionOf(known, row);
  const before = known[next - 1] ?? 0;
  const after = known[next] ?? before;
  const [from, at, to] = [before, row, after].map((one) => curve.steps[one] ?? 0) as [number, number, number];
  const [low, high] = [raw[before] ?? 0, raw[after] ?? 0];
  return to === from ? low : low + ((high - low) * (at - from)) / (to - from);
}

/** Where a step stands that may have no row of its own. */
export function placeOf(curve: Curve, places: readonly number[], step: number): number {
  const row = positionOf(curve.steps, step);
  const place = places[Math.min(row, places.length - 1)] ?? step;
  return places === curve.steps ? step : place;
}
