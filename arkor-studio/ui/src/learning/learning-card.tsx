import { useEffect, useMemo } from "preact/hooks";

import { readInferStream } from "../../../../sdk/src/infer-stream.ts";
import "./learning.css";
import { formatCount } from "../formats/text.ts";
import type { Api } from "../net/api.ts";
import { fieldsOf, textOf } from "../net/shapes.ts";
import { Button } from "../parts/button.tsx";
import { useStored } from "../playground/use-conversation.ts";
import { hrefOf } from "../router/route.ts";
import { wishFor } from "../sources/source.ts";
import { useStudio, useValue } from "../studio.ts";
import type { LiveJob } from "../job/use-job.ts";
import type { ChatBody } from "../playground/turns.ts";
import { Asked, mostStages, stagesOf, type Answer } from "./asked.ts";

interface Question {
  readonly prompt: string;
  readonly system: string;
}

async function* words(api: Api, body: ChatBody, signal: AbortSignal): AsyncGenerator<string, void> {
  yield* readInferStream(await api.open("/api/inference/chat", { method: "POST", body, signal }));
}

function parseQuestion(value: unknown): Question {
  const { prompt, system } = fieldsOf(value);
  return { prompt: textOf(prompt), system: textOf(system) };
}

/** What the model says to the same question as it learns. */
export function LearningCard({ id, live }: { readonly id: string; readonly live: LiveJob }) {
  const { job, record, status } = live;
  const { api } = useStudio();
  const asked = useMemo(() => new Asked((body, signal) => words(api, body, signal)), [api, id]);
  const answers = useValue(asked.answers);
  useEffect(() => () => asked.stop(), [asked]);
  const [question, setQuestion] = useStored(`arkor-studio-question ${job?.projectId ?? ""}`, parseQuestion);
  const completed = status === "completed";
  if (record.checkpoints.size === 0 && !completed) return null;
  const saved = [...record.checkpoints];
  const stages = stagesOf(id, textOf(job?.config["model"]), saved, record.curve.steps.at(-1) ?? null, completed);
  const left = saved.length - stages.filter(({ source }) => source.kind === "checkpoint").length;
  function start(event: Event): void {
    event.preventDefault();
    if (asked.busy) asked.stop();
    else void asked.start(stages, question.prompt, question.system);
  }
  return (
    <section class="card" aria-labelledby="learning">
      <div class="card-head">
        <h2 id="learning">Watch it learn</h2>
        <span class="quiet learning-what">
          the same question to the base model and to {left > 1 ? `${mostStages} of ${formatCount(saved.length)} checkpoints` : "all that was saved"}
        </span>
      </div>
      <div class="card-body">
        <form class="learning-form" onSubmit={start}>
          <label class="learning-field">
            <span>System prompt</span>
            <input class="field" autoComplete="off" placeholder="As in the data, or none" value={question.system} onInput={(event) => setQuestion({ ...question, system: event.currentTarget.value })} />
          </label>
          <label class="learning-field">
            <span>Question</span>
            <input class="field" autoComplete="off" value={question.prompt} onInput={(event) => setQuestion({ ...question, prompt: event.currentTarget.value })} />
          </label>
          <Button kind={asked.busy ? "plain" : "primary"} submits disabled={!asked.busy && question.prompt.trim() === ""}>
            {asked.busy ? "Stop" : "Ask each"}
          </Button>
        </form>
        {answers.length > 0 && (
          <ol class="answers" aria-busy={asked.busy}>
            {answers.map((answer) => (
              <One key={answer.stage.label} answer={answer} />
            ))}
          </ol>
        )}
        <p class="hidden" role="status">
          {answers.length > 0 && !asked.busy && `${answers.filter(({ state }) => state === "done").length} of ${answers.length} have answered`}
        </p>
      </div>
    </section>
  );
}

function One({ answer }: { readonly answer: Answer }) {
  const { stage, text, state, error } = answer;
  return (
    <li class={`answer answer-${state}`}>
      <a class="answer-from" href={hrefOf({ view: "playground", ...wishFor(stage.source) })} title="Open in the Playground">
        {stage.label}
      </a>
      <p class={state === "writing" ? "answer-text writing" : "answer-text"} dir="auto">
        {text}
        {state === "waiting" && <span class="quiet">…</span>}
        {state === "stopped" && <span class="quiet">{text === "" ? "not asked" : " (stopped)"}</span>}
        {state === "done" && text === "" && <span class="quiet">(an empty answer)</span>}
        {state === "failed" && <span class="text-bad">No answer: {error}</span>}
      </p>
    </li>
  );
}
