/** Which values the axes of a chart show, and how they are labelled. */

import { formatCount, formatNumber } from "../formats/text.ts";
import { formatDuration } from "../formats/time.ts";

/** What stands on the axis of a training. */
export type Axis = "step" | "epoch" | "time";

const minSpan = 1e-4;
const minSteps = 1;

/** The part of an axis that shows all of xs, which rise. */
export function spanOf(xs: readonly number[]): [number, number] {
  const first = xs[0] ?? 0;
  return [first, Math.max(xs.at(-1) ?? first, first + minSteps)];
}

/** Some room around the values, but none below zero where they are not. */
export function spread(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  const span = Math.max(max - min, minSpan);
  const missing = (span - (max - min)) / 2;
  const low = min - missing - span * 0.04;
  return [min >= 0 ? Math.max(low, 0) : low, max + missing + span * 0.06];
}

/** So far from the middle half of the values, in widths of it, is far. */
const far = 3;

/** The lowest and highest value that are not far from the others; null without values. */
export function withoutOutliers(values: readonly number[]): [number, number] | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.round((sorted.length - 1) * part)] ?? 0;
  const reach = far * (at(0.75) - at(0.25));
  const near = sorted.filter((value) => value >= at(0.25) - reach && value <= at(0.75) + reach);
  const low = near[0];
  const high = near.at(-1);
  return low === undefined || high === undefined ? null : [low, high];
}

/** As many decimals as tell one label from the next, and three at least. */
export function digitsOf(step: number): number {
  return Math.min(Math.max(3, Math.ceil(-Math.log10(step))), 12);
}

/** The distances between two labels that an axis may have. */
export function distancesOf(axis: Axis): number[] {
  const powers = (from: number): number[] => Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** (power + from))).flat();
  switch (axis) {
    case "step":
      return powers(0);
    case "epoch":
      return powers(-3);
    case "time":
      return [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, ...powers(0).map((hours) => hours * 3600)];
  }
}

/** A place on an axis, in words; times are in seconds. */
export function placeText(axis: Axis, x: number): string {
  switch (axis) {
    case "step":
      return formatCount(x);
    case "epoch":
      return formatNumber(x);
    case "time":
      return formatDuration(Math.round(x) * 1000);
  }
}
