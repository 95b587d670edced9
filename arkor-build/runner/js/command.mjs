// What the commands that run a project have in common: signals, errors, the
// exit status.

import process from "node:process";

import { report, say } from "./errors.mjs";
import { watchSignals } from "./interrupt.mjs";
import { createOutput } from "./output.mjs";
import { createProgress } from "./progress.mjs";
import { noticeStall } from "./stall.mjs";
import { excerpt } from "./text.mjs";

const deprecation = Symbol.for("arkor.deprecation");
const upgrade = Symbol.for("arkor.upgrade");

/** Calls work, which returns the exit status, or undefined once a signal is ending the process. */
export async function runCommand(request, work) {
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
  const refuse = ({ message, hint, code, example }) => {
    say(request, message, hint);
    if (example) process.stderr.write(`\n${example}\n`);
    output.failed({ message, hint, code });
    return 1;
  };
  let status = 0;
  try {
    status = await work({ request, run, signals, progress, output, refuse });
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
