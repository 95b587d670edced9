/** The curves of several jobs on one axis. */

import type { Values } from "../chart/thin.ts";
import { positionOf } from "../chart/thin.ts";
import type { Column, Curve } from "../job/curve.ts";

export interface Joined {
  /** Every step of any of the curves. */
  readonly xs: readonly number[];
  /** One for each curve. */
  readonly values: readonly Values[];
}

export function join(curves: readonly Curve[], column: Column): Joined {
  const steps = new Set<number>();
  for (const curve of curves) {
    curve.values[column].forEach((value, at) => {
      if (value !== null) steps.add(curve.steps[at] ?? 0);
    });
  }
  const xs = [...steps].sort((a, b) => a - b);
  const at = new Map(xs.map((x, position) => [x, position]));
  const values = curves.map((curve) => {
    const line: (number | null)[] = new Array<null>(xs.length).fill(null);
    curve.values[column].forEach((value, row) => {
      const position = at.get(curve.steps[row] ?? 0);
      if (value !== null && position !== undefined) line[position] = value;
    });
    return line;
  });
  return { xs, values };
}

/** The value of a curve nearest to a step; null beyond its ends. */
export function valueNear(curve: Curve, column: Column, step: number): number | null {
  const { steps } = curve;
  const values = curve.values[column];
  let after = positionOf(steps, step);
  let before = steps[after] === step ? after : after - 1;
  while (after < steps.length && values[after] === null) after++;
  while (before >= 0 && values[before] === null) before--;
  const next = values[after];
  const last = values[before];
  if (next === undefined || next === null || last === undefined || last === null) return null;
  return (steps[after] ?? 0) - step < step - (steps[before] ?? 0) ? next : last;
}
