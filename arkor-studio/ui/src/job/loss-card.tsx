import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Chart } from "../chart/chart.tsx";
import { Legend } from "../chart/legend.tsx";
import { pictureOf } from "../chart/picture.ts";
import type { Range } from "../chart/plot.ts";
import { ZoomNote } from "../chart/zoom-note.tsx";
import { formatCount } from "../formats/text.ts";
import { isOver } from "../net/shapes.ts";
import { Button } from "../parts/button.tsx";
import { EmptyState } from "../parts/states.tsx";
import { hrefOf } from "../router/route.ts";
import { useStudio } from "../studio.ts";
import { placesOf } from "./axis.ts";
import { ChartTools, useChartChoices } from "./chart-tools.tsx";
import { DataTable } from "./data-table.tsx";
import { legendOf, linesOf, marksOf, nearestCheckpoint, readoutOf, summaryOf } from "./loss-lines.ts";
import type { JobRecord } from "./record.ts";
import { StatisticsCards } from "./statistics-cards.tsx";

interface LossCardProps {
  readonly id: string;
  readonly record: JobRecord;
  readonly version: number;
  readonly status: string;
  readonly earlier: number;
  readonly onLoadEarlier: () => void;
}

export function LossCard({ id, record, version, status, earlier, onLoadEarlier }: LossCardProps) {
  const { router } = useStudio();
  const [choices, choose] = useChartChoices();
  const [range, setRange] = useState<Range | null>(null);
  const { curve, checkpoints } = record;
  const card = useRef<HTMLElement>(null);
  const places = useMemo(() => placesOf(curve, choices.axis), [curve, version, choices.axis]);
  const axis = places === null ? "step" : choices.axis;
  const xs = places ?? curve.steps;
  const lines = useMemo(() => linesOf(curve, choices), [curve, version, choices]);
  const marks = useMemo(() => marksOf(curve, xs, checkpoints), [curve, version, checkpoints.size, xs]);
  useEffect(() => setRange(null), [curve, axis]);
  const empty = curve.steps.length === 0;
  return (
    <section ref={card} class="card" aria-labelledby="loss">
      <div class="card-head">
        <h2 id="loss">Loss</h2>
        {!empty && (
          <ChartTools choices={choices} choose={choose} curve={curve} id={id} picture={async () => card.current && pictureOf(card.current)} />
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
            axis={axis}
            xs={xs}
            lines={lines}
            marks={marks}
            log={choices.log}
            clip={choices.clip}
            range={range}
            onRange={setRange}
            summary={summaryOf(curve)}
            readout={(at) => readoutOf(curve, checkpoints, at)}
            onPick={(at) => {
              const step = nearestCheckpoint(curve, xs, checkpoints, at, range);
              if (step !== null) router.go(hrefOf({ view: "playground", adapter: id, step }));
            }}
          />
          <div class="chart-foot">
            <Legend entries={legendOf(curve, checkpoints, choices)} />
            <ZoomNote range={range} onReset={() => setRange(null)} />
          </div>
          {choices.advanced && <StatisticsCards curve={curve} version={version} />}
          {choices.advanced && earlier > 0 && (
            <p class="note">
              <span>Reckoned with the points that are drawn, not with all {formatCount(earlier)}.</span>
              <Button onClick={onLoadEarlier}>Load all</Button>
            </p>
          )}
          <DataTable curve={curve} />
        </div>
      )}
    </section>
  );
}
