import { useMemo, useRef } from "preact/hooks";

import { Chart } from "../chart/chart.tsx";
import { Legend } from "../chart/legend.tsx";
import { pictureOf, svgBlobOf } from "../chart/picture.ts";
import { ExportMenu } from "../chart/export-menu.tsx";
import { ZoomNote } from "../chart/zoom-note.tsx";
import { formatCount } from "../formats/text.ts";
import { save } from "../net/download.ts";
import { isOver } from "../net/shapes.ts";
import { Button } from "../parts/button.tsx";
import { EmptyState } from "../parts/states.tsx";
import { hrefOf, type Query } from "../router/route.ts";
import { useStudio } from "../studio.ts";
import { axes, placesOf } from "./axis.ts";
import { ChartSwitches, ChartTools } from "./chart-tools.tsx";
import { queryOfLook } from "./choices.ts";
import { csvOf } from "./csv.ts";
import { DataTable } from "./data-table.tsx";
import { legendOf, linesOf, marksOf, nearestCheckpoint, readoutOf, summaryOf } from "./loss-lines.ts";
import { MoreCharts } from "./more-charts.tsx";
import { StatisticsCards } from "./statistics-cards.tsx";
import { useChartLook } from "./use-choices.ts";
import type { LiveJob } from "./use-job.ts";

interface LossCardProps {
  readonly id: string;
  readonly name: string;
  readonly query: Query | undefined;
  readonly live: LiveJob;
}

const noConfig = {};

export function LossCard({ id, name, query, live }: LossCardProps) {
  const { router } = useStudio();
  const { job, record, version, status, earlier } = live;
  const { curve, checkpoints } = record;
  const here = hrefOf({ view: "job", id });
  const look = useChartLook(job?.projectId ?? "", query, () => query !== undefined && router.replace(here));
  const { choices, choose, zoom } = look;
  const card = useRef<HTMLElement>(null);
  const places = useMemo(() => placesOf(curve, choices.axis), [curve, version, choices.axis]);
  const axis = places === null ? "step" : choices.axis;
  const range = axis === choices.axis ? look.range : null;
  const xs = places ?? curve.steps;
  const lines = useMemo(() => linesOf(curve, choices), [curve, version, choices]);
  const marks = useMemo(() => marksOf(curve, xs, checkpoints), [curve, version, checkpoints.size, xs]);
  const data = { axis, xs, lines, marks, log: choices.log, clip: choices.clip } as const;
  const legend = legendOf(curve, checkpoints, choices);
  const empty = curve.steps.length === 0;
  const items = [
    ["Curves as CSV", () => save(new Blob([csvOf(curve)], { type: "text/csv" }), `${id}-curves.csv`)],
    ["Chart as PNG", () => void (card.current && pictureOf(card.current).then((picture) => picture && save(picture, `${id}-loss.png`)))],
    ["Chart as SVG", () => save(svgBlobOf({ ...data, range, legend, title: `Loss of ${name}` }), `${id}-loss.svg`)],
  ] as const;
  return (
    <section ref={card} class="card" aria-labelledby="loss">
      <div class="card-head">
        <h2 id="loss">Loss</h2>
        {!empty && (
          <div class="chart-tools">
            <ChartTools choices={choices} choose={choose} offered={axes.filter((one) => placesOf(curve, one) !== null)} />
            <ExportMenu items={items} link={() => hrefOf({ view: "job", id, query: queryOfLook({ choices, range }) })} />
          </div>
        )}
      </div>
      {curve.unusable > 0 && (
        <p class="note note-warn">The loss was not a number in {formatCount(curve.unusable)} of the events; these are not drawn.</p>
      )}
      {empty ? (
        <EmptyState title={isOver(status) ? "The job logged no loss" : "Waiting for training.log events…"} />
      ) : (
        <div class="card-body">
          <Chart
            {...data}
            range={range}
            onRange={zoom}
            summary={summaryOf(curve)}
            readout={(at) => readoutOf(curve, checkpoints, at)}
            onPick={(at) => {
              const step = nearestCheckpoint(curve, xs, checkpoints, at, range);
              if (step !== null) router.go(hrefOf({ view: "playground", adapter: id, step }));
            }}
          />
          <div class="chart-foot">
            <Legend entries={legend} />
            <ZoomNote range={range} onReset={() => zoom(null)} />
          </div>
          <ChartSwitches choices={choices} choose={choose} curve={curve} />
          {choices.more && <MoreCharts curve={curve} config={job?.config ?? noConfig} version={version} axis={axis} xs={xs} range={range} onRange={zoom} />}
          {choices.advanced && <StatisticsCards curve={curve} version={version} />}
          {choices.advanced && earlier > 0 && (
            <p class="note">
              <span>Reckoned with the points that are drawn, not with all {formatCount(earlier)}.</span>
              <Button onClick={live.loadEarlier}>Load all</Button>
            </p>
          )}
          <DataTable curve={curve} />
        </div>
      )}
    </section>
  );
}
