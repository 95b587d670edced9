/** The curves of several jobs on one axis. */

import type { Values } from "../chart/thin.ts";
import { positionOf } from "../chart/thin.ts";
import type { Column, Curve } from "../job/curve.ts";

export interface Joined {
  /** Every place of a value of any of the curves. */
  readonly xs: readonly number[];
  /** One for each curve. */
  readonly values: readonly Values[];
}

/** A curve, and where its rows stand on the axis. */
export interface Placed {
  readonly curve: Curve;
  /** Rising. */
  readonly places: readonly number[];
}

export function join(runs: readonly Placed[], column: Column): Joined {
  const all = new Set<number>();
  for (const { curve, places } of runs) {
    curve.values[column].forEach((value, row) => {
      if (value !== null) all.add(places[row] ?? 0);
    });
  }
  const xs = [...all].sort((a, b) => a - b);
  const at = new Map(xs.map((x, position) => [x, position]));
  const values = runs.map(({ curve, places }) => {
    const line: (number | null)[] = new Array<null>(xs.length).fill(null);
    curve.values[column].forEach((value, row) => {
      const position = at.get(places[row] ?? 0);
      if (value !== null && position !== undefined) line[position] = value;
    });
    return line;
  });
  return { xs, values };
}

/** The value of a curve nearest to a place; null beyond its ends. */
export function valueNear({ curve, places }: Placed, column: Column, place: number): number | null {
  const values = curve.values[column];
  let after = positionOf(places, place);
  let before = places[after] === place ? after : after - 1;
  while (after < places.length && values[after] === null) after++;
  while (before >= 0 && values[before] === null) before--;
  const next = values[after];
  const last = values[before];
  if (next === undefined || next === null || last === undefined || last === null) return null;
  return (places[after] ?? 0) - place < place - (places[before] ?? 0) ? next : last;
}
