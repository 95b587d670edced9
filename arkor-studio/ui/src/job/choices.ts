/** How a reader wants to see the curves. */

import type { Axis } from "../chart/scale.ts";
import { fieldsOf, numberOf } from "../net/shapes.ts";
import { axes } from "./axis.ts";

export interface ChartChoices {
  /** From 0, for none, to below 1. */
  readonly smoothing: number;
  readonly log: boolean;
  /** Whether values far from the others may lie outside of the picture. */
  readonly clip: boolean;
  readonly axis: Axis;
  /** Whether the learning rate is drawn too. */
  readonly rate: boolean;
  readonly advanced: boolean;
}

/** What was stored. The statistics are off at first on every visit. */
export function parseChoices(value: unknown): ChartChoices {
  const { smoothing, log, clip, axis, rate } = fieldsOf(value);
  const weight = numberOf(smoothing);
  return {
    smoothing: weight !== null && weight >= 0 && weight < 1 ? weight : 0,
    log: log === true,
    clip: clip === true,
    axis: axes.find((name) => name === axis) ?? "step",
    rate: rate === true,
    advanced: false,
  };
}
