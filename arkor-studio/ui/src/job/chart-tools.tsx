import { useState } from "preact/hooks";

import { save } from "../net/download.ts";
import { Button } from "../parts/button.tsx";
import { Download } from "../parts/icons.tsx";
import { columns, type Curve } from "./curve.ts";
import type { ChartChoices } from "./loss-lines.ts";

const key = "arkor-studio-chart";
const usual: ChartChoices = { smoothing: 0, log: false, rate: false, advanced: false };

/** The reader's choices, which stay for the next visit. */
export function useChartChoices(): [ChartChoices, (change: Partial<ChartChoices>) => void] {
  const [choices, setChoices] = useState(stored);
  function choose(change: Partial<ChartChoices>): void {
    const next = { ...choices, ...change };
    setChoices(next);
    try {
      // The statistics are off at first on every visit.
      localStorage.setItem(key, JSON.stringify({ ...next, advanced: false }));
    } catch {
      // They hold until the page is left.
    }
  }
  return [choices, choose];
}

function stored(): ChartChoices {
  try {
    const { smoothing, log, rate } = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<ChartChoices>;
    return { ...usual, smoothing: typeof smoothing === "number" && smoothing >= 0 && smoothing < 1 ? smoothing : 0, log: log === true, rate: rate === true };
  } catch {
    return usual;
  }
}

interface ToolsProps {
  readonly choices: ChartChoices;
  readonly choose: (change: Partial<ChartChoices>) => void;
  readonly curve: Curve;
  readonly id: string;
}

export function ChartTools({ choices, choose, curve, id }: ToolsProps) {
  return (
    <div class="chart-tools">
      <label>
        Smoothing
        <input type="range" min={0} max={0.99} step={0.01} value={choices.smoothing} onInput={(event) => choose({ smoothing: Number(event.currentTarget.value) })} />
      </label>
      <label>
        <input type="checkbox" checked={choices.log} onChange={(event) => choose({ log: event.currentTarget.checked })} />
        Log scale
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
        <Download />
      </Button>
    </div>
  );
}

function csvOf(curve: Curve): string {
  const rows = curve.steps.map((step, at) => [step, ...columns.map((column) => curve.values[column][at] ?? "")].join(","));
  return [["step", ...columns].join(","), ...rows, ""].join("\n");
}
