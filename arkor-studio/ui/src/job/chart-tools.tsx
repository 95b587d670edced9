import type { Axis } from "../chart/scale.ts";
import type { ChartChoices } from "./choices.ts";
import type { Curve } from "./curve.ts";

interface ChoicesProps {
  readonly choices: ChartChoices;
  readonly choose: (change: Partial<ChartChoices>) => void;
}

const axisNames: Readonly<Record<Axis, string>> = { step: "Steps", epoch: "Passes over the data", time: "Elapsed time" };

/** How the lines are drawn. */
export function ChartTools({ choices, choose, offered }: ChoicesProps & { readonly offered: readonly Axis[] }) {
  return (
    <>
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
      <Choice name="log" label="Log scale" choices={choices} choose={choose} />
      <Choice name="clip" label="Clip outliers" choices={choices} choose={choose} />
    </>
  );
}

/** What is shown beside the losses. */
export function ChartSwitches({ choices, choose, curve }: ChoicesProps & { readonly curve: Curve }) {
  return (
    <div class="chart-tools chart-switches">
      {curve.first("learningRate") !== null && <Choice name="rate" label="Learning rate" choices={choices} choose={choose} />}
      <Choice name="more" label="More charts" choices={choices} choose={choose} switches />
      <Choice name="advanced" label="Advanced" choices={choices} choose={choose} switches />
    </div>
  );
}

interface ChoiceProps extends ChoicesProps {
  readonly name: "log" | "clip" | "rate" | "more" | "advanced";
  readonly label: string;
  readonly switches?: boolean;
}

function Choice({ name, label, switches, choices, choose }: ChoiceProps) {
  return (
    <label>
      <input type="checkbox" role={switches ? "switch" : undefined} checked={choices[name]} onChange={(event) => choose({ [name]: event.currentTarget.checked })} />
      {label}
    </label>
  );
}
