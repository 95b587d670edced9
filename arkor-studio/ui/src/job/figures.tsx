import type { ComponentChildren } from "preact";

import { formatCount, formatNumber } from "../formats/text.ts";
import { durationOf, formatDuration } from "../formats/time.ts";
import { isOver } from "../net/shapes.ts";
import { useSeconds } from "../studio.ts";
import { progressOf, type Progress } from "./progress.ts";
import type { LiveJob } from "./use-job.ts";

/** The few numbers that a person looks at first. */
export function Figures({ live }: { readonly live: LiveJob }) {
  const { job, record, status } = live;
  const { curve } = record;
  const now = useSeconds(!isOver(status));
  const elapsed = durationOf({ status, startedAt: job?.startedAt ?? record.startedAt, completedAt: job?.completedAt ?? record.completedAt }, now);
  const progress = progressOf(curve, job?.config ?? {}, status, elapsed);
  const best = curve.lowest("evalLoss");
  const tokens = curve.last("tokensPerSecond");
  const samples = curve.last("samplesPerSecond");
  return (
    <div class="figures">
      <Figure name="Progress" value={progress.part === null ? "–" : `${Math.floor(progress.part * 100)} %`}>
        {stepsOf(progress)}
        <progress max={1} value={progress.part ?? 0} aria-label="Progress" />
      </Figure>
      <Figure name="Training loss" value={short(curve.last("loss"))}>
        {curve.first("loss") === null ? "none yet" : `from ${formatNumber(curve.first("loss"))}`}
      </Figure>
      <Figure name="Best eval loss" value={short(best?.value ?? null)}>
        {best === null ? (isOver(status) ? "not measured" : "not measured yet") : `at step ${formatCount(best.step)}`}
      </Figure>
      <Figure name={isOver(status) ? "Took" : "Elapsed"} value={Number.isNaN(elapsed) ? "–" : formatDuration(elapsed)}>
        {progress.remaining !== null ? `about ${formatDuration(progress.remaining)} left` : status === "queued" ? "waiting to start" : " "}
      </Figure>
      <Figure name="Speed" value={samples === null ? "–" : samples.toFixed(1)}>
        {samples === null ? "not known" : `samples/s${tokens === null ? "" : ` · ${formatCount(Math.round(tokens))} tokens/s`}`}
      </Figure>
    </div>
  );
}

function stepsOf({ step, steps, exact }: Progress): string {
  if (step === null) return "no steps yet";
  return `step ${formatCount(step)}${steps === null ? "" : ` of ${exact ? "" : "about "}${formatCount(steps)}`}`;
}

function short(value: number | null): string {
  return value === null ? "–" : formatNumber(value);
}

function Figure(props: { readonly name: string; readonly value: string; readonly children: ComponentChildren }) {
  return (
    <div class="figure">
      <div class="figure-name">{props.name}</div>
      <div class="figure-value">{props.value}</div>
      <div class="figure-more">{props.children}</div>
    </div>
  );
}
