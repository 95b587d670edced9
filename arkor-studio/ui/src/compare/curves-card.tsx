import { useMemo, useState } from "preact/hooks";

import { Chart } from "../chart/chart.tsx";
import { Legend } from "../chart/legend.tsx";
import type { Line, Range } from "../chart/plot.ts";
import { ZoomNote } from "../chart/zoom-note.tsx";
import { smooth } from "../chart/smooth.ts";
import { formatNumber } from "../formats/text.ts";
import type { Column } from "../job/curve.ts";
import { EmptyState } from "../parts/states.tsx";
import { join, valueNear } from "./joined.ts";
import { namesOf } from "./names.ts";
import type { Compared } from "./use-compared.ts";

const quantities: readonly (readonly [Column, string])[] = [
  ["loss", "Training loss"],
  ["evalLoss", "Eval loss"],
  ["learningRate", "Learning rate"],
  ["tokensPerSecond", "Tokens a second"],
];

/** Of each run, so that colours are not all that tells them apart. */
const dashes: readonly (readonly number[])[] = [[], [9, 4], [2, 3], [12, 3, 2, 3], [5, 2], [1, 5]];

export function CurvesCard({ runs }: { readonly runs: readonly Compared[] }) {
  const [column, setColumn] = useState<Column>("loss");
  const [smoothing, setSmoothing] = useState(0);
  const [log, setLog] = useState(false);
  const [range, setRange] = useState<Range | null>(null);
  const names = namesOf(runs);
  const curves = runs.map(({ curve }) => curve);
  const joined = useMemo(() => join(curves, column), [runs, column]);
  const lines = useMemo(
    () =>
      joined.values.map(
        (values, at): Line => ({ label: names[at] ?? "", color: `--run-${at + 1}`, values: smooth(values, smoothing), dash: dashes[at] ?? [], dots: column === "evalLoss" }),
      ),
    [joined, smoothing],
  );
  const readout = (at: number): string => {
    const step = joined.xs[at];
    if (step === undefined) return "";
    const parts = curves.map((curve, run) => [names[run], valueNear(curve, column, step)] as const).filter(([, value]) => value !== null);
    return [`step ${step}`, ...parts.map(([name, value]) => `${name} ${formatNumber(value)}`)].join(" · ");
  };
  const summary = curves.map((curve, at) => `${names[at]}: ${formatNumber(curve.first(column))} to ${formatNumber(curve.last(column))}`).join("; ");
  return (
    <section class="card" aria-labelledby="curves">
      <div class="card-head">
        <h2 id="curves" class="hidden">
          Curves
        </h2>
        <select class="field" aria-label="Quantity" value={column} onChange={(event) => (setColumn(event.currentTarget.value as Column), setRange(null))}>
          {quantities.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <div class="chart-tools">
          <label>
            Smoothing
            <input type="range" min={0} max={0.99} step={0.01} value={smoothing} onInput={(event) => setSmoothing(Number(event.currentTarget.value))} />
          </label>
          <label>
            <input type="checkbox" checked={log} onChange={(event) => setLog(event.currentTarget.checked)} />
            Log scale
          </label>
        </div>
      </div>
      {joined.xs.length === 0 ? (
        <EmptyState title="None of the runs has logged this" />
      ) : (
        <div class="card-body">
          <Chart axis="step" clip={false} xs={joined.xs} lines={lines} marks={[]} log={log} range={range} onRange={setRange} readout={readout} summary={`${column}, ${summary}`} />
          <div class="chart-foot">
            <Legend entries={names.map((label, at) => ({ label, color: `--run-${at + 1}`, dash: dashes[at] ?? [] }))} />
            <ZoomNote range={range} onReset={() => setRange(null)} />
          </div>
        </div>
      )}
    </section>
  );
}
