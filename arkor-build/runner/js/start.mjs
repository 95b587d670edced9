// Runs the trainer of a bundle from start to end.

import { makeDryRun } from "./dry-run.mjs";
import { createEnding } from "./ending.mjs";
import { say } from "./errors.mjs";
import { attachEvals } from "./evals.mjs";
import { followHint } from "./follow.mjs";
import { describeMiss } from "./misses.mjs";
import { announce, preview } from "./preview.mjs";
import { noteSource } from "./source.mjs";
import { excerpt } from "./text.mjs";
import { findTrainer, noTrainer } from "./trainer.mjs";

const observe = Symbol.for("arkor.trainer.observe");

/** Work for runCommand. */
export async function train({ request, run, signals, progress, output, refuse }) {
  const module = await request.load();
  signals.begin();
  const trainer = findTrainer(module);
  if (!trainer) return refuse(noTrainer);
  if (request.dryRun) {
    const failure = makeDryRun(request, trainer);
    if (failure) return refuse(failure);
  }
  if (request.preview) return await preview(request, run, trainer, output);
  const misses = [];
  const ending = createEnding(request);
  trainer[observe]?.((event) => {
    if (!run.stopping) announce(request, event);
    progress.event(event);
    output.event(event);
    ending.event(event);
    if (event?.type === "threshold.missed") misses.push(event);
  });
  attachEvals(request, trainer, module);

  run.doing = "start()";
  run.trainer = trainer;
  run.starting = Promise.resolve(trainer.start());
  run.jobID = String((await run.starting)?.jobId ?? "");
  if (run.stopping) return 0;
  output.submitted(run.jobID, string(trainer.name));
  const noted = noteSource(request, run.jobID);
  if (request.detach) {
    await noted;
    say(request, `job ${run.jobID || "unknown"} goes on and is not followed; no callback runs`, followHint(request, run.jobID));
    output.detached(run.jobID);
    return 0;
  }
  progress.begin();

  run.doing = "wait()";
  const job = (await trainer.wait())?.job;
  progress.end();
  if (run.stopping) return 0;
  const id = String(job?.id ?? run.jobID);
  const state = String(job?.status ?? "unknown");
  output.finished(id, state, string(job?.error));
  switch (state) {
    case "completed":
      ending.tell();
      for (const miss of misses) say(request, `eval ${describeMiss(miss)}`);
      return misses.length > 0 ? 1 : 0;
    case "failed":
      say(request, job.error ? excerpt(String(job.error)) : `job ${id} failed, and the backend gave no reason`);
      return 1;
    case "cancelled":
      say(request, `job ${id} was cancelled`);
      return 1;
  }
  say(request, `wait() ended without a final status (${state}): whether the training succeeded is not known`);
  return 0;
}

function string(value) {
  return typeof value === "string" ? value : undefined;
}
