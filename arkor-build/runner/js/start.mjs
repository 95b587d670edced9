// Runs the trainer of a bundle from start to end.

import process from "node:process";

import { makeDryRun } from "./dry-run.mjs";
import { report, say } from "./errors.mjs";
import { attachEvals } from "./evals.mjs";
import { watchSignals } from "./interrupt.mjs";
import { createOutput } from "./output.mjs";
import { announce, preview } from "./preview.mjs";
import { createProgress } from "./progress.mjs";
import { noticeStall } from "./stall.mjs";
import { excerpt } from "./text.mjs";
import { findTrainer, noTrainer } from "./trainer.mjs";

const observe = Symbol.for("arkor.trainer.observe");
const deprecation = Symbol.for("arkor.deprecation");
const upgrade = Symbol.for("arkor.upgrade");

export async function start(request) {
  const run = {
    doing: "loading the trainer",
    trainer: null,
    starting: null, // the promise of start(), from the moment a job may exist
    jobID: "",
    stopping: false, // a signal is ending the process; nothing else is to be said
  };
  globalThis[upgrade] = request.upgrade; // what the package "arkor" tells who has to upgrade
  const output = createOutput(request);
  const progress = createProgress(request);
  const signals = watchSignals(request, run, progress, output);
  const settled = noticeStall(request, run, output.failed);
  let status = 0;
  try {
    status = await train(request, run, signals, progress, output);
  } catch (error) {
    progress.end();
    if (!run.stopping) output.failed(report(request, error));
    status = 1;
  }
  settled();
  if (run.stopping) return;
  signals.release();
  warnOfDeprecation(request);
  if (status !== 0) process.exitCode ??= status;
  if (request.detach) leave();
}

async function train(request, run, signals, progress, output) {
  const refuse = ({ message, hint, code }) => {
    say(request, message, hint);
    output.failed({ message, hint, code });
    return 1;
  };
  const module = await request.load();
  signals.begin();
  const trainer = findTrainer(module);
  if (!trainer) return refuse(noTrainer);
  if (request.dryRun) {
    const failure = makeDryRun(request, trainer);
    if (failure) return refuse(failure);
  }
  if (request.preview) return await preview(request, run, trainer, output);
  trainer[observe]?.((event) => {
    if (!run.stopping) announce(request, event);
    progress.event(event);
    output.event(event);
  });
  attachEvals(request, trainer, module);

  run.doing = "start()";
  run.trainer = trainer;
  run.starting = Promise.resolve(trainer.start());
  run.jobID = String((await run.starting)?.jobId ?? "");
  if (run.stopping) return 0;
  output.submitted(run.jobID, string(trainer.name));
  if (request.detach) {
    say(request, `job ${run.jobID || "unknown"} goes on and is not followed; no callback runs`);
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
      return 0;
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

// Nothing that the user's module has begun may keep a detached command waiting.
function leave() {
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

// The package "arkor" leaves the latest notice of the API here.
function warnOfDeprecation(request) {
  const notice = globalThis[deprecation];
  if (typeof notice?.message !== "string") return;
  const cutoff = notice.sunset ? ` Cutoff: ${notice.sunset}.` : "";
  say(request, `${excerpt(notice.message)} (current: ${notice.version}).${cutoff} Run \`${request.upgrade}\`.`);
}
