/** How the curves of one job are drawn and said. */

import type { Entry } from "../chart/legend.tsx";
import type { Mark } from "../chart/marks.ts";
import type { Line, Range } from "../chart/plot.ts";
import { smooth } from "../chart/smooth.ts";
import { formatCount, formatNumber, plural } from "../formats/text.ts";
import { placeOf } from "./axis.ts";
import type { ChartChoices } from "./choices.ts";
import type { Curve } from "./curve.ts";

const evalDash = [6, 4];

export function linesOf(curve: Curve, { smoothing, rate }: ChartChoices): readonly Line[] {
  const { loss, evalLoss, learningRate } = curve.values;
  const lines: Line[] = [];
  const has = (values: readonly (number | null)[]): boolean => values.some((value) => value !== null);
  if (rate && has(learningRate)) lines.push({ label: "learning rate", color: "--rate", values: learningRate, width: 1.25, right: true });
  if (has(loss)) {
    if (smoothing > 0) lines.push({ label: "loss, raw", color: "--loss", values: loss, width: 1, faint: true });
    lines.push({ label: "loss", color: "--loss", values: smoothing > 0 ? smooth(loss, smoothing) : loss, area: smoothing === 0 });
  }
  if (has(evalLoss)) lines.push({ label: "eval loss", color: "--eval", values: evalLoss, dash: evalDash, dots: true });
  return lines;
}

/** places are those of the curve's rows on the axis. */
export function marksOf(curve: Curve, places: readonly number[], checkpoints: ReadonlySet<number>): readonly Mark[] {
  const marks: Mark[] = [...checkpoints].map((step) => ({ x: placeOf(curve, places, step), kind: "checkpoint" }));
  const best = curve.lowest("evalLoss");
  if (best !== null) marks.push({ x: placeOf(curve, places, best.step), y: best.value, kind: "best" });
  return marks;
}

export function legendOf(curve: Curve, checkpoints: ReadonlySet<number>, choices: ChartChoices): readonly Entry[] {
  const entries: Entry[] = [];
  if (curve.first("loss") !== null) entries.push({ label: choices.smoothing > 0 ? "Training loss, smoothed" : "Training loss", color: "--loss", shape: "line" });
  if (curve.first("evalLoss") !== null) {
    entries.push({ label: "Eval loss", color: "--eval", dash: evalDash }, { label: "Best eval", color: "--eval", shape: "ring" });
  }
  if (choices.rate && curve.first("learningRate") !== null) entries.push({ label: "Learning rate", color: "--rate", shape: "line" });
  if (checkpoints.size > 0) entries.push({ label: "Checkpoint", color: "--mark", shape: "diamond" });
  return entries;
}

/** "step 12 · loss 0.1234 · eval 0.1234", with what there is. */
export function readoutOf(curve: Curve, checkpoints: ReadonlySet<number>, at: number): string {
  const step = curve.steps[at];
  if (step === undefined) return "";
  const { loss, evalLoss, learningRate, epoch } = curve.values;
  const parts = [`step ${step}`];
  const four = (name: string, value: number | null | undefined): void => {
    if (value !== null && value !== undefined) parts.push(`${name} ${value.toFixed(4)}`);
  };
  four("loss", loss[at]);
  four("eval", evalLoss[at]);
  const rate = learningRate[at];
  if (rate !== null && rate !== undefined) parts.push(`lr ${formatNumber(rate)}`);
  const pass = epoch[at];
  if (pass !== null && pass !== undefined) parts.push(`epoch ${pass.toFixed(2)}`);
  if (checkpoints.has(step)) parts.push("checkpoint");
  return parts.join(" · ");
}

/** The picture in words. */
export function summaryOf(curve: Curve): string {
  const steps = plural((curve.steps.at(-1) ?? 0) - (curve.steps[0] ?? 0) + 1, "step");
  const parts: string[] = [];
  if (curve.first("loss") !== null) parts.push(`training loss ${formatNumber(curve.first("loss"))} to ${formatNumber(curve.last("loss"))} over ${steps}`);
  const best = curve.lowest("evalLoss");
  if (best !== null) parts.push(`eval loss ${formatNumber(curve.first("evalLoss"))} to ${formatNumber(curve.last("evalLoss"))}, lowest ${formatNumber(best.value)} at step ${formatCount(best.step)}`);
  return parts.join("; ") || "no loss yet";
}

/** How near a click must be to a checkpoint, as a part of what is shown. */
const reach = 0.012;

export function nearestCheckpoint(curve: Curve, places: readonly number[], checkpoints: ReadonlySet<number>, at: number, range: Range | null): number | null {
  const place = places[at];
  if (place === undefined) return null;
  const span = range ? range[1] - range[0] : (places.at(-1) ?? 0) - (places[0] ?? 0);
  const distance = (step: number): number => Math.abs(placeOf(curve, places, step) - place);
  const [nearest] = [...checkpoints].toSorted((a, b) => distance(a) - distance(b));
  return nearest !== undefined && distance(nearest) <= span * reach ? nearest : null;
}
