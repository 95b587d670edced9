/** The curves of a training: one row for each step, in the order of the steps. */

import { fieldsOf, numberOf, textOf, type Fields } from "../net/shapes.ts";
import { positionOf } from "../chart/thin.ts";

export const columns = ["loss", "evalLoss", "learningRate", "epoch", "samplesPerSecond", "tokensPerSecond"] as const;
export type Column = (typeof columns)[number];

export class Curve {
  readonly steps: number[] = [];
  readonly values: Record<Column, (number | null)[]> = {
    loss: [],
    evalLoss: [],
    learningRate: [],
    epoch: [],
    samplesPerSecond: [],
    tokensPerSecond: [],
  };
  /** When each row was logged, in milliseconds; null where nobody says so. */
  readonly times: (number | null)[] = [];
  /** Rows that were left out because no loss in them is a number. */
  unusable = 0;

  /** Takes in a row; one of the same step is completed with it. */
  add(row: Fields): void {
    const step = numberOf(row["step"]);
    if (step === null) return;
    if (numberOf(row["loss"]) === null && numberOf(row["evalLoss"]) === null) {
      this.unusable++;
      return;
    }
    const last = this.steps.at(-1) ?? -Infinity;
    const at = step > last ? this.steps.length : positionOf(this.steps, step);
    const known = this.steps[at] === step;
    const time = numberOf(row["time"]) ?? Date.parse(textOf(row["timestamp"]));
    if (!known) {
      this.steps.splice(at, 0, step);
      this.times.splice(at, 0, Number.isNaN(time) ? null : time);
    }
    for (const column of columns) {
      const value = numberOf(row[column]);
      if (!known) this.values[column].splice(at, 0, value);
      else if (value !== null) this.values[column][at] = value;
    }
  }

  /** The last value of a column. */
  last(column: Column): number | null {
    return this.values[column].findLast((value) => value !== null) ?? null;
  }

  /** The first value of a column. */
  first(column: Column): number | null {
    return this.values[column].find((value) => value !== null) ?? null;
  }

  /** Where a column is lowest; null where it is empty. */
  lowest(column: Column): { readonly step: number; readonly value: number } | null {
    let best: { step: number; value: number } | null = null;
    this.values[column].forEach((value, at) => {
      if (value !== null && (best === null || value < best.value)) best = { step: this.steps[at] ?? 0, value };
    });
    return best;
  }
}

export interface Metrics {
  readonly curve: Curve;
  readonly checkpoints: readonly number[];
  /** How many rows the curve was made of. */
  readonly total: number;
  readonly lastEventId: string;
}

/** Reads the answer of GET /api/jobs/:id/metrics. */
export function parseMetrics(body: unknown): Metrics {
  const metrics = fieldsOf(fieldsOf(body)["metrics"]);
  const series = fieldsOf(metrics["series"]);
  const curve = new Curve();
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const steps = list(series["step"]);
  const lists = [...columns, "time"].map((column) => [column, list(series[column])] as const);
  steps.forEach((step, at) => {
    const row: Record<string, unknown> = { step };
    for (const [column, values] of lists) row[column] = values[at];
    curve.add(row);
  });
  const lastEventId = metrics["lastEventId"];
  return {
    curve,
    checkpoints: list(metrics["checkpoints"]).filter((step) => typeof step === "number"),
    total: numberOf(metrics["total"]) ?? steps.length,
    lastEventId: typeof lastEventId === "string" && lastEventId !== "0" ? lastEventId : "",
  };
}
