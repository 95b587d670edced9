import { useMemo, useRef, useState } from "preact/hooks";

import { Chart } from "../chart/chart.tsx";
import { Legend } from "../chart/legend.tsx";
import { pictureOf, svgBlobOf } from "../chart/picture.ts";
import type { Line } from "../chart/plot.ts";
import { ExportMenu } from "../chart/export-menu.tsx";
import { placeText, type Axis } from "../chart/scale.ts";
import { smooth } from "../chart/smooth.ts";
import { ZoomNote } from "../chart/zoom-note.tsx";
import { formatNumber } from "../formats/text.ts";
import { axes, placesOf } from "../job/axis.ts";
import { ChartTools } from "../job/chart-tools.tsx";
import { queryOfLook } from "../job/choices.ts";
import type { Column } from "../job/curve.ts";
import { useChartLook } from "../job/use-choices.ts";
import { save } from "../net/download.ts";
import { EmptyState } from "../parts/states.tsx";
import { hrefOf, type Query } from "../router/route.ts";
import { useStudio } from "../studio.ts";
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

interface CurvesProps {
  readonly ids: readonly string[];
  readonly query: Query | undefined;
  readonly runs: readonly Compared[];
}

export function CurvesCard({ ids, query, runs }: CurvesProps) {
  const { router } = useStudio();
  const [column, setColumn] = useState(() => quantities.find(([name]) => name === query?.["of"])?.[0] ?? "loss");
  const look = useChartLook(`${runs[0]?.job?.projectId ?? ""} compare`, query, () => query !== undefined && router.replace(hrefOf({ view: "compare", ids })));
  const { choices, choose, zoom } = look;
  const card = useRef<HTMLElement>(null);
  const names = namesOf(runs);
  const curves = runs.map(({ curve }) => curve);
  const offered = useMemo(() => axes.filter((axis) => curves.every((curve) => curve.steps.length === 0 || placesOf(curve, axis) !== null)), [runs]);
  const axis: Axis = offered.includes(choices.axis) ? choices.axis : "step";
  const range = axis === choices.axis ? look.range : null;
  const placed = useMemo(() => curves.map((curve) => ({ curve, places: placesOf(curve, axis) ?? curve.steps })), [runs, axis]);
  const joined = useMemo(() => join(placed, column), [placed, column]);
  const lines = useMemo(
    () =>
      joined.values.map(
        (values, at): Line => ({ label: names[at] ?? "", color: `--run-${at + 1}`, values: smooth(values, choices.smoothing), dash: dashes[at] ?? [], dots: column === "evalLoss" }),
      ),
    [joined, choices.smoothing],
  );
  const readout = (at: number): string => {
    const place = joined.xs[at];
    if (place === undefined) return "";
    const parts = placed.map((run, number) => [names[number], valueNear(run, column, place)] as const).filter(([, value]) => value !== null);
    const where = axis === "time" ? placeText(axis, place) : `${axis} ${axis === "step" ? place : placeText(axis, place)}`;
    return [where, ...parts.map(([name, value]) => `${name} ${formatNumber(value)}`)].join(" · ");
  };
  const summary = curves.map((curve, at) => `${names[at]}: ${formatNumber(curve.first(column))} to ${formatNumber(curve.last(column))}`).join("; ");
  const quantity = quantities.find(([name]) => name === column)?.[1] ?? "";
  const legend = names.map((label, at) => ({ label, color: `--run-${at + 1}`, dash: dashes[at] ?? [] }));
  const data = { axis, xs: joined.xs, lines, marks: [], log: choices.log, clip: choices.clip } as const;
  const items = [
    ["Chart as PNG", () => void (card.current && pictureOf(card.current).then((picture) => picture && save(picture, "compare.png")))],
    ["Chart as SVG", () => save(svgBlobOf({ ...data, range, legend, title: quantity }), "compare.svg")],
  ] as const;
  return (
    <section ref={card} class="card" aria-labelledby="curves">
      <div class="card-head">
        <h2 id="curves" class="hidden">
          Curves
        </h2>
        <select class="field" aria-label="Quantity" value={column} onChange={(event) => (setColumn(event.currentTarget.value as Column), zoom(null))}>
          {quantities.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <div class="chart-tools">
          <ChartTools choices={choices} choose={choose} offered={offered} />
          <ExportMenu items={items} link={() => hrefOf({ view: "compare", ids, query: { of: column, ...queryOfLook({ choices, range }) } })} />
        </div>
      </div>
      {joined.xs.length === 0 ? (
        <EmptyState title="None of the runs has logged this" />
      ) : (
        <div class="card-body">
          <Chart {...data} range={range} onRange={zoom} readout={readout} summary={`${quantity}, ${summary}`} />
          <div class="chart-foot">
            <Legend entries={legend} />
            <ZoomNote range={range} onReset={() => zoom(null)} />
          </div>
        </div>
      )}
    </section>
  );
}
