// What signals do during a run, as long as the user's code does not handle them.
//
// The first SIGINT or SIGTERM cancels the remote job, the second ends the
// process at once. SIGHUP leaves the job running. A handler of the user's own
// takes ours out of the way completely, so that libraries which re-raise a
// signal when they are its only listener behave as they do elsewhere.

import process from "node:process";

import { messageOf, say } from "./errors.mjs";

const statuses = { SIGINT: 130, SIGTERM: 143 };
const patienceMs = 5000;

/** Handles signals for a run until release is called. */
export function watchSignals(request, run, progress) {
  const ours = {
    SIGHUP: () => leave(request, run),
    SIGINT: () => stop("SIGINT"),
    SIGTERM: () => stop("SIGTERM"),
  };
  const stop = async (signal) => {
    const again = run.stopping;
    run.stopping = true;
    progress.end();
    if (!again && run.starting) {
      await cancel(request, run);
      // Pipes may be asynchronous; what was printed before must arrive.
      await new Promise((resolve) => process.stdout.write("", resolve));
    }
    process.exit(statuses[signal]);
  };
  const foreign = (name) => process.listeners(name).some((listener) => listener !== ours[name]);
  const added = (name, listener) => {
    if (!ours[name] || listener === ours[name]) return;
    // Only once theirs is there: without any listener the runtime stops looking for the signal.
    queueMicrotask(() => {
      if (foreign(name)) process.off(name, ours[name]);
    });
  };
  const removed = (name, listener) => {
    if (ours[name] && listener !== ours[name] && process.listenerCount(name) === 0) process.on(name, ours[name]);
  };
  for (const [name, listener] of Object.entries(ours)) process.on(name, listener);
  process.on("newListener", added).on("removeListener", removed);
  const terminals = [process.stdout, process.stderr].filter((stream) => stream.isTTY);
  for (const stream of terminals) stream.on("error", refused);
  return {
    release() {
      for (const stream of terminals) stream.off("error", refused);
      process.off("newListener", added).off("removeListener", removed);
      for (const [name, listener] of Object.entries(ours)) process.off(name, listener);
    },
  };
}

// A terminal that is gone refuses output a moment before its SIGHUP arrives.
function refused(error) {
  if (error.code !== "EIO") throw error;
}

async function cancel(request, run) {
  say(request, `interrupted; cancelling ${run.jobID ? `job ${run.jobID}` : "the job"} (again to exit at once)`);
  try {
    const cancelled = await Promise.race([cancelStarted(run), timeout()]);
    say(request, cancelled ? `job ${run.jobID || "unknown"} is cancelled` : "no job was started");
  } catch (error) {
    say(request, `could not cancel job ${run.jobID || "unknown"}, which may go on running: ${messageOf(error)}`);
  }
}

// A job that is being created at this moment has to exist before it can be
// cancelled. When creating it fails there is nothing to cancel.
async function cancelStarted(run) {
  try {
    run.jobID ||= String((await run.starting)?.jobId ?? "");
  } catch {
    return false;
  }
  await run.trainer.cancel();
  return true;
}

function timeout() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} seconds`)), patienceMs);
  });
}

// Ends by the signal: where the terminal is gone, process.exit makes node 20
// abort, as it cannot restore the terminal's settings.
function leave(request, run) {
  run.stopping = true;
  if (run.jobID) say(request, `detached; job ${run.jobID} goes on running`);
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}
