import { useState } from "preact/hooks";

import { capitalise, formatCount } from "../formats/text.ts";
import { Button } from "../parts/button.tsx";
import { Said } from "../parts/said.tsx";
import { ErrorBox, Skeleton } from "../parts/states.tsx";
import type { Preview, Problem, Sample } from "./preview.ts";
import type { PreviewState } from "./use-preview.ts";

/** A few samples as the model will see them. */
export function PreviewCard({ state, isLocal }: { readonly state: PreviewState; readonly isLocal: boolean }) {
  const { loading, answer, error, asks, load } = state;
  if (!loading && answer === null && error === null && !asks) return null;
  return (
    <section class="card" aria-labelledby="preview" aria-busy={loading}>
      <div class="card-head">
        <h2 id="preview">What the model would learn</h2>
        {asks && (
          <Button title="Hands your data to the backend, as a run does" onClick={load}>
            Show preview
          </Button>
        )}
      </div>
      <div class="card-body">
        {asks && (
          <p class="quiet">
            The backend looks at your data to say what a run would see and take.{" "}
            {isLocal ? "It is this machine's, and begins a project for this folder." : "It is another machine, so it is asked only when you want it to be."}
          </p>
        )}
        {error !== null && <ErrorBox what="There is no preview" error={error} />}
        {loading && answer === null && error === null && <Skeleton lines={8} />}
        {answer?.preview === null && answer.unavailable !== "" && <p class="quiet">{answer.unavailable}</p>}
        {answer?.preview && <Shown preview={answer.preview} />}
      </div>
    </section>
  );
}

function Shown({ preview }: { readonly preview: Preview }) {
  const [at, show] = useState(0);
  const sample = preview.samples[Math.min(at, preview.samples.length - 1)];
  return (
    <div class="preview">
      <Problems title="A run would be refused" kind="bad" problems={preview.refusals} />
      <Problems title="Worth a look" kind="warn" problems={preview.warnings} />
      {preview.fits === false && <p class="text-bad">It may not fit in the memory that is free now.</p>}
      {sample && (
        <>
          <div class="preview-bar">
            <div class="row" role="group" aria-label="Sample">
              {preview.samples.map((other, index) => (
                <Button key={index} pressed={other === sample} onClick={() => show(index)}>
                  {other.why.length > 0 ? `${capitalise(other.why.join(", "))} sample` : `Sample ${index + 1}`}
                </Button>
              ))}
            </div>
            <span class="quiet">
              <span class="mono">{sample.where}</span> · {formatCount(sample.trained)} of {formatCount(sample.tokens)} tokens are learned
            </span>
          </div>
          <SampleText sample={sample} />
          <p class="preview-legend quiet">
            <span>
              <mark class="token-trained">learned</mark> what the model is trained to say
            </span>
            <span>
              <span class="token-special">control</span> tokens of the chat template
            </span>
          </p>
        </>
      )}
    </div>
  );
}

function SampleText({ sample }: { readonly sample: Sample }) {
  return (
    <div class="pane sample" tabIndex={0} role="group" aria-label="The sample as the model sees it">
      {sample.runs.map((run, at) => {
        const style = [run.special ? "token-special" : "", `token-${run.state}`].join(" ").trim();
        if (run.state === "trained") {
          return (
            <mark key={at} class={style}>
              {run.text}
            </mark>
          );
        }
        return (
          <span key={at} class={style}>
            {run.text}
          </span>
        );
      })}
      {sample.more > 0 && <span class="quiet"> … {formatCount(sample.more)} more tokens</span>}
    </div>
  );
}

interface ProblemsProps {
  readonly title: string;
  readonly kind: "bad" | "warn";
  readonly problems: readonly Problem[];
}

function Problems({ title, kind, problems }: ProblemsProps) {
  if (problems.length === 0) return null;
  return (
    <div class={`problems problems-${kind}`}>
      <p class="problems-title">{title}</p>
      <ul>
        {problems.map((problem, at) => (
          <li key={at}>
            {problem.where !== "" && <span class="mono">{problem.where}: </span>}
            {problem.message}
            {problem.hint !== "" && <span class="quiet"> <Said text={problem.hint} /></span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
