import { useState } from "preact/hooks";

import { compareConfigs } from "../formats/config.ts";
import { capitalise, formatCount, formatNumber, nothing } from "../formats/text.ts";
import { durationOf, formatDuration, formatMinute } from "../formats/time.ts";
import { hrefOf } from "../router/route.ts";
import { datasetName, uploadsOf, useFilenames, type Filenames } from "../sources/filenames.ts";
import { useSeconds } from "../studio.ts";
import { namesOf } from "./names.ts";
import type { Compared } from "./use-compared.ts";

/** What came out, and with which configuration: side by side. */
export function ComparedTable({ runs }: { readonly runs: readonly Compared[] }) {
  const [all, showAll] = useState(false);
  const names = namesOf(runs);
  const now = useSeconds(runs.some(({ job }) => job?.status === "running"));
  const filenames = useFilenames(runs.flatMap(({ job }) => uploadsOf(job?.config ?? {}).slice(0, 1).map(([, file]) => file)));
  const configs = compareConfigs(runs.map(({ job }) => job?.config ?? {}));
  const rows = configs.filter((row) => all || row.differs);
  const same = configs.filter((row) => !row.differs).length;
  return (
    <section class="card" aria-labelledby="side">
      <div class="card-head">
        <h2 id="side">Side by side</h2>
        {same > 0 && (
          <div class="chart-tools">
            <label>
              <input type="checkbox" checked={all} onChange={(event) => showAll(event.currentTarget.checked)} />
              Show the {same} settings that are the same
            </label>
          </div>
        )}
      </div>
      <div class="table-scroll" tabIndex={0}>
        <table class="table compared">
          <thead>
            <tr>
              <th>Run</th>
              {runs.map(({ id }, at) => (
                <th key={id} scope="col">
                  <span class="swatch" style={{ background: `var(--run-${at + 1})` }} aria-hidden="true" />
                  <a href={hrefOf({ view: "job", id })}>{names[at]}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {results.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {runs.map((run) => (
                  <td key={run.id}>{value(run, now, filenames)}</td>
                ))}
              </tr>
            ))}
            <tr class="divider">
              <th scope="rowgroup" colSpan={runs.length + 1}>
                Configuration{rows.length === 0 && runs.length > 1 ? ": no differences" : ""}
              </th>
            </tr>
            {rows.map((row) => (
              <tr key={row.name} class={row.differs && all ? "differs" : undefined}>
                <th scope="row" class="mono">
                  {row.name}
                  {row.differs && all && <span class="hidden"> (differs)</span>}
                </th>
                {row.values.map((value, at) => (
                  <td key={at} class="mono" title={value ?? ""}>
                    {value ?? <span class="quiet">not set</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const results: readonly (readonly [string, (run: Compared, now: number, filenames: Filenames) => string])[] = [
  ["Status", ({ job }) => capitalise(job?.status ?? "")],
  ["Last training loss", ({ curve }) => formatNumber(curve.last("loss"))],
  ["Last eval loss", ({ curve }) => formatNumber(curve.last("evalLoss"))],
  ["Best eval loss", ({ curve }) => bestOf(curve.lowest("evalLoss"))],
  ["Steps", ({ curve }) => (curve.steps.length === 0 ? nothing : formatCount(curve.steps.at(-1) ?? 0))],
  ["Duration", ({ job }, now) => (job === null ? nothing : formatDuration(durationOf(job, now)))],
  ["Dataset", ({ job }, _, filenames) => datasetName(job?.config ?? {}, filenames)],
  ["Created", ({ job }) => formatMinute(job?.createdAt ?? null)],
];

function bestOf(best: { readonly step: number; readonly value: number } | null): string {
  return best === null ? nothing : `${formatNumber(best.value)} at step ${formatCount(best.step)}`;
}
