import { useMemo } from "preact/hooks";

import { Chart } from "../chart/chart.tsx";
import type { Line, Range } from "../chart/plot.ts";
import type { Axis } from "../chart/scale.ts";
import type { Values } from "../chart/thin.ts";
import { formatNumber } from "../formats/text.ts";
import { formatDuration } from "../formats/time.ts";
import type { Fields } from "../net/shapes.ts";
import type { Curve } from "./curve.ts";
import { stepTimes, timesLeft } from "./derived.ts";

interface MoreProps {
  readonly curve: Curve;
  readonly config: Fields;
  readonly version: number;
  readonly axis: Axis;
  readonly xs: readonly number[];
  readonly range: Range | null;
  readonly onRange: (range: Range | null) => void;
}

interface Quantity {
  readonly name: string;
  readonly values: Values;
  readonly say: (value: number) => string;
}

const smallHeight = 120;

/** What else the events say, each in a chart of its own that shows the same part as the large one. */
export function MoreCharts({ curve, config, version, axis, xs, range, onRange }: MoreProps) {
  const quantities = useMemo(() => quantitiesOf(curve, config), [curve, config, version]);
  if (quantities.length === 0) return <p class="quiet more-charts-none">The events say nothing else.</p>;
  return (
    <div class="more-charts">
      {quantities.map(({ name, values, say }) => (
        <Small key={name} title={name} values={values} say={say} curve={curve} axis={axis} xs={xs} range={range} onRange={onRange} />
      ))}
    </div>
  );
}

function quantitiesOf(curve: Curve, config: Fields): readonly Quantity[] {
  const { learningRate, epoch, samplesPerSecond, tokensPerSecond } = curve.values;
  const seconds = (value: number): string => (value < 60 ? `${formatNumber(value)} s` : formatDuration(value * 1000));
  const all: readonly Quantity[] = [
    { name: "Learning rate", values: learningRate, say: formatNumber },
    { name: "Samples a second", values: samplesPerSecond, say: formatNumber },
    { name: "Tokens a second", values: tokensPerSecond, say: formatNumber },
    { name: "Time for a step", values: stepTimes(curve), say: seconds },
    { name: "Time left", values: timesLeft(curve, config), say: seconds },
    { name: "Passes over the data", values: epoch, say: formatNumber },
  ];
  return all.filter(({ values }) => values.some((value) => value !== null));
}

interface SmallProps extends Omit<MoreProps, "config" | "version"> {
  readonly title: string;
  readonly values: Values;
  readonly say: (value: number) => string;
}

function Small({ title, values, say, curve, axis, xs, range, onRange }: SmallProps) {
  const lines: readonly Line[] = useMemo(() => [{ label: title, color: "--busy", values, width: 1.5 }], [title, values]);
  const said = (value: number | null | undefined): string => (value === null || value === undefined ? "" : say(value));
  const last = values.findLast((value) => value !== null);
  const first = values.find((value) => value !== null);
  return (
    <figure class="small-chart">
      <figcaption>
        {title} <span class="quiet">{said(last)}</span>
      </figcaption>
      <Chart
        axis={axis}
        xs={xs}
        lines={lines}
        marks={[]}
        log={false}
        clip={false}
        height={smallHeight}
        range={range}
        onRange={onRange}
        summary={`${title}: ${said(first)} to ${said(last)}`}
        readout={(at) => [`step ${curve.steps[at] ?? ""}`, said(values[at])].filter((part) => part !== "").join(" · ")}
      />
    </figure>
  );
}
