import { useState } from "preact/hooks";

import type { Axis } from "../chart/scale.ts";
import { save } from "../net/download.ts";
import { Button } from "../parts/button.tsx";
import { Download } from "../parts/icons.tsx";
import { axes, placesOf } from "./axis.ts";
import { parseChoices, type ChartChoices } from "./choices.ts";
import { csvOf } from "./csv.ts";
import type { Curve } from "./curve.ts";

const key = "arkor-studio-chart";
/** The reader's choices, which stay for the next visit. */
export function useChartChoices(): [ChartChoices, (change: Partial<ChartChoices>) => void] {
  const [choices, setChoices] = useState(stored);
  function choose(change: Partial<ChartChoices>): void {
    const next = { ...choices, ...change };
    setChoices(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // They hold until the page is left.
    }
  }
  return [choices, choose];
}

function stored(): ChartChoices {
  try {
    return parseChoices(JSON.parse(localStorage.getItem(key) ?? "null"));
  } catch {
    return parseChoices(null);
  }
}

interface ToolsProps {
  readonly choices: ChartChoices;
  readonly choose: (change: Partial<ChartChoices>) => void;
  readonly curve: Curve;
  readonly id: string;
  /** The chart as a picture; null while there is none. */
  readonly picture: () => Promise<Blob | null>;
}

const axisNames: Readonly<Record<Axis, string>> = { step: "Steps", epoch: "Passes over the data", time: "Elapsed time" };

export function ChartTools({ choices, choose, curve, id, picture }: ToolsProps) {
  const offered = axes.filter((axis) => placesOf(curve, axis) !== null);
  return (
    <div class="chart-tools">
      {offered.length > 1 && (
        <select class="field" aria-label="Horizontal axis" value={offered.includes(choices.axis) ? choices.axis : "step"} onChange={(event) => choose({ axis: event.currentTarget.value as Axis })}>
          {offered.map((axis) => (
            <option key={axis} value={axis}>
              {axisNames[axis]}
            </option>
          ))}
        </select>
      )}
      <label>
        Smoothing
        <input type="range" min={0} max={0.99} step={0.01} value={choices.smoothing} onInput={(event) => choose({ smoothing: Number(event.currentTarget.value) })} />
      </label>
      <label>
        <input type="checkbox" checked={choices.log} onChange={(event) => choose({ log: event.currentTarget.checked })} />
        Log scale
      </label>
      <label>
        <input type="checkbox" checked={choices.clip} onChange={(event) => choose({ clip: event.currentTarget.checked })} />
        Clip outliers
      </label>
      {curve.first("learningRate") !== null && (
        <label>
          <input type="checkbox" checked={choices.rate} onChange={(event) => choose({ rate: event.currentTarget.checked })} />
          Learning rate
        </label>
      )}
      <label>
        <input type="checkbox" role="switch" checked={choices.advanced} onChange={(event) => choose({ advanced: event.currentTarget.checked })} />
        Advanced
      </label>
      <Button label="Download the curves as CSV" title="Download as CSV" onClick={() => save(new Blob([csvOf(curve)], { type: "text/csv" }), `${id}-curves.csv`)}>
        <Download /> CSV
      </Button>
      <Button label="Download the chart as PNG" title="Download as PNG" onClick={() => void picture().then((blob) => blob && save(blob, `${id}-loss.png`))}>
        <Download /> PNG
      </Button>
    </div>
  );
}
