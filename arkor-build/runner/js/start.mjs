// Runs the trainer of a bundle from start to end.

import process from "node:process";

import { report, say } from "./errors.mjs";
import { attachEvals } from "./evals.mjs";
import { watchSignals } from "./interrupt.mjs";
import { announce, preview } from "./preview.mjs";
import { createProgress } from "./progress.mjs";
import { noticeStall } from "./stall.mjs";
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
  const progress = createProgress();
  const signals = watchSignals(request, run, progress);
  const settled = noticeStall(request, run);
  let status = 0;
  try {
    status = await train(request, run, progress);
  } catch (error) {
    progress.end();
    if (!run.stopping) report(request, error);
    status = 1;
  }
  settled();
  if (run.stopping) return;
  signals.release();
  warnOfDeprecation(request);
  if (status !== 0) process.exitCode ??= status;
}

async function train(request, run, progress) {
  const module = await request.load();
  const trainer = findTrainer(module);
  if (!trainer) {
    say(request, noTrainer, "see src/arkor/index.ts of a new project: `arkor init`");
    return 1;
  }
  if (request.preview) return await preview(request, run, trainer);
  trainer[observe]?.((event) => announce(request, event));
  trainer[observe]?.((event) => progress.event(event));
  attachEvals(request, trainer, module);

  run.doing = "start()";
  run.trainer = trainer;
  run.starting = Promise.resolve(trainer.start());
  run.jobID = String((await run.starting)?.jobId ?? "");
  if (run.stopping) return 0;
  print(`Started job ${run.jobID || "unknown"}`);
  progress.begin();

  run.doing = "wait()";
  const job = (await trainer.wait())?.job;
  progress.end();
  if (run.stopping) return 0;
  const id = job?.id ?? (run.jobID || "unknown");
  const state = job?.status ?? "unknown";
  print(`Job ${id} finished with status=${state}`);
  switch (state) {
    case "completed":
      return 0;
    case "failed":
      say(request, job.error ? String(job.error) : `job ${id} failed, and the backend gave no reason`);
      return 1;
    case "cancelled":
      say(request, `job ${id} was cancelled`);
      return 1;
  }
  say(request, `wait() ended without a final status (${state}): whether the training succeeded is not known`);
  return 0;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

// The package "arkor" leaves the latest notice of the API here.
function warnOfDeprecation(request) {
  const notice = globalThis[deprecation];
  if (typeof notice?.message !== "string") return;
  const cutoff = notice.sunset ? ` Cutoff: ${notice.sunset}.` : "";
  say(request, oneLine(`${notice.message} (current: ${notice.version}).${cutoff} Run \`${request.upgrade}\`.`));
}

// What a server wrote must not move the cursor, break the line or turn its direction.
function oneLine(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
