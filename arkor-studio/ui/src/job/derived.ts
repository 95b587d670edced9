/** What follows from a curve without being logged. Each is one value a row. */

import type { Values } from "../chart/thin.ts";
import { numberOf, type Fields } from "../net/shapes.ts";
import type { Curve } from "./curve.ts";

/** Seconds for each step since the row before; null where nobody says when that was. */
export function stepTimes(curve: Curve): Values {
  let before: { readonly step: number; readonly time: number } | null = null;
  return curve.times.map((time, row) => {
    if (time === null) return null;
    const step = curve.steps[row] ?? 0;
    const last = before;
    before = { step, time };
    return last === null || step === last.step ? null : Math.max(time - last.time, 0) / 1000 / (step - last.step);
  });
}

/**
 * Seconds that were left at each row, if the training goes on as fast as it did
 * up to it. Where the steps are not limited, the passes over the data are.
 */
export function timesLeft(curve: Curve, config: Fields): Values {
  const limit = numberOf(config["maxSteps"]);
  const [places, end] = limit !== null && limit > 0 ? [curve.steps, limit] : [curve.values.epoch, numberOf(config["numTrainEpochs"])];
  if (end === null || end <= 0) return curve.steps.map(() => null);
  const start = curve.times.findIndex((time, row) => time !== null && typeof places[row] === "number");
  return curve.times.map((time, row) => {
    const [from, at] = [places[start], places[row]];
    const began = curve.times[start];
    if (time === null || typeof began !== "number" || typeof from !== "number" || typeof at !== "number" || at <= from) return null;
    return ((Math.max(time - began, 0) / 1000) * Math.max(end - at, 0)) / (at - from);
  });
}
