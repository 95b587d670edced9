import { useState } from "preact/hooks";

import { thin } from "../chart/thin.ts";
import { formatNumber, nothing } from "../formats/text.ts";
import type { Curve } from "./curve.ts";

/** So many stretches of the training, of each its extremes. */
const stretches = 12;

/** The curves for whoever cannot see them. */
export function DataTable({ curve }: { readonly curve: Curve }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="data-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Show as a table</summary>
      {open && <Table curve={curve} />}
    </details>
  );
}

function Table({ curve }: { readonly curve: Curve }) {
  const { loss, evalLoss, learningRate } = curve.values;
  const rows = thin(curve.steps, [loss, evalLoss], 0, curve.steps.length, stretches);
  const cell = (value: number | null | undefined): string => (value === null || value === undefined ? nothing : formatNumber(value));
  return (
    <div class="table-scroll" tabIndex={0}>
      <table class="table">
        <caption class="hidden">Loss by step, of long trainings the steps that stand out</caption>
        <thead>
          <tr>
            <th>Step</th>
            <th>Training loss</th>
            <th>Eval loss</th>
            <th>Learning rate</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((at) => (
            <tr key={at}>
              <td>{curve.steps[at]}</td>
              <td>{cell(loss[at])}</td>
              <td>{cell(evalLoss[at])}</td>
              <td>{cell(learningRate[at])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
