import { useEffect, useRef } from "preact/hooks";

import "./evals.css";
import { formatNumber, plural } from "../formats/text.ts";
import { isMissing } from "../net/api.ts";
import { isOver } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { ErrorBox } from "../parts/states.tsx";
import { useStudio } from "../studio.ts";
import { parseResults, scoreboardOf, type Result, type Sample } from "./results.ts";

interface EvalsProps {
  readonly id: string;
  readonly status: string;
  /** How many checkpoints are known: another one may have been tried. */
  readonly saved: number;
}

const pollMs = 15_000;

/** What the project's evals say of each checkpoint. Nothing where there are none, or where the backend keeps none. */
export function EvalsCard({ id, status, saved }: EvalsProps) {
  const { api } = useStudio();
  const path = `/api/jobs/${encodeURIComponent(id)}/evals`;
  const over = isOver(status);
  const { data, error, refresh } = usePoll(
    async (signal) => parseResults(await api.get(path, signal)),
    path,
    (state) => (isMissing(state.error) ? null : over && state.error === null ? pollMs * 4 : pollMs),
  );
  const missing = isMissing(error);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && !missing) refresh();
    first.current = false;
  }, [saved, over]);
  if (missing || ((data === null || data.length === 0) && error === null)) return null;
  const { names, rows } = scoreboardOf(data ?? []);
  const last = rows.findLast(({ results }) => [...results.values()].some(({ worst }) => worst.length > 0));
  return (
    <section class="card" aria-labelledby="evals">
      <div class="card-head">
        <h2 id="evals">Evals</h2>
        {rows.length > 0 && <span class="quiet evals-what">the mean of each; the higher the better</span>}
      </div>
      {error !== null && (
        <div class="card-body">
          <ErrorBox what="Failed to load the evals" error={error} onRetry={refresh} />
        </div>
      )}
      {rows.length > 0 && (
        <div class="table-scroll evals" tabIndex={0}>
          <table class="table">
            <thead>
              <tr>
                <th>Model</th>
                {names.map((name) => (
                  <th key={name} scope="col" dir="auto">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ target, results }) => (
                <tr key={target}>
                  <th scope="row">{target}</th>
                  {names.map((name) => (
                    <td key={name}>
                      <Score result={results.get(name)} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {last && (
        <div class="card-body">
          {[...last.results.values()].filter(({ worst }) => worst.length > 0).map((result) => (
            <details key={result.name} class="files">
              <summary>
                {result.name}: lowest of {result.target} <span class="quiet">{plural(result.worst.length, "sample")}</span>
              </summary>
              {result.worst.map((sample, at) => (
                <Worst key={at} sample={sample} />
              ))}
            </details>
          ))}
        </div>
      )}
    </section>
  );
}

function Score({ result }: { readonly result: Result | undefined }) {
  if (result === undefined) return <span class="quiet">–</span>;
  const { mean, min, max, passed, threshold, failed, count } = result;
  const range = mean === null ? "" : `, from ${formatNumber(min)} to ${formatNumber(max)}`;
  return (
    <span class="score" title={`${plural(count, "sample")}${range}`}>
      {mean === null ? "–" : formatNumber(mean)}
      {passed !== null && <span class={`badge badge-${passed ? "completed" : "failed"}`}>{passed ? "passed" : `failed, wants ${formatNumber(threshold)}`}</span>}
      {failed > 0 && (
        <span class="text-bad">
          {failed} of {count} without a score
        </span>
      )}
    </span>
  );
}

function Worst({ sample }: { readonly sample: Sample }) {
  return (
    <dl class="worst">
      <dt>Question</dt>
      <dd dir="auto">{sample.prompt}</dd>
      <dt>Answer</dt>
      <dd dir="auto">{sample.answer ?? <span class="quiet">none</span>}</dd>
      <dt>Score</dt>
      <dd>
        {sample.score === null ? "none" : formatNumber(sample.score)}
        {sample.note !== "" && <span class="quiet"> · {sample.note}</span>}
      </dd>
    </dl>
  );
}
