// What signals do during a run, as long as the user's code does not handle them.
// While the trainer is being loaded they do what they always do: there is no job
// yet, and a module that never comes to its end could not be stopped otherwise.
//
// The first SIGINT or SIGTERM cancels the remote job, or leaves it running where
// that was asked for; the second ends the process at once, unless it is the first
// that came by two ways. SIGHUP leaves the job running. A handler of the user's own
// takes ours out of the way completely, so that libraries which re-raise a signal
// when they are its only listener behave as they do elsewhere.

import process from "node:process";

import { messageOf, say } from "./errors.mjs";
import { followHint } from "./follow.mjs";

const abandon = Symbol.for("arkor.trainer.abandon");
const statuses = { SIGINT: 130, SIGTERM: 143 };
const patienceMs = 5000;
// For how long a signal may come once more by another way: from a parent that hands
// it on, and from timeout(1) or a service manager, which send it to the whole group.
const repeatMs = 500;

/** Returns what begins to handle signals for a run, and what ends it. */
export function watchSignals(request, run, progress, output) {
  const ours = {
    SIGHUP: () => leave(request, run, output),
    SIGINT: () => stop("SIGINT"),
    SIGTERM: () => stop("SIGTERM"),
  };
  let first;
  const stop = async (signal) => {
    if (first?.signal === signal && performance.now() - first.at < repeatMs) return;
    first ??= { signal, at: performance.now() };
    const again = run.stopping;
    run.stopping = true;
    const cleared = progress.end(); // with the ^C behind it
    if (!cleared && signal === "SIGINT" && process.stderr.isTTY) process.stderr.write("\n");
    let cancelled = false;
    if (!again && run.starting) {
      if (request.onInterrupt === "detach") await detach(request, run);
      else cancelled = await cancel(request, run);
      // Pipes may be asynchronous; what was printed before must arrive.
      await new Promise((resolve) => process.stdout.write("", resolve));
    }
    output.interrupted({ signal, jobId: run.jobID || undefined, cancelled });
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
  for (const stream of [process.stdout, process.stderr]) stream.on("error", refused);
  return {
    begin() {
      for (const [name, listener] of Object.entries(ours)) {
        if (!foreign(name)) process.on(name, listener);
      }
      process.on("newListener", added).on("removeListener", removed);
    },
    release() {
      process.off("newListener", added).off("removeListener", removed);
      for (const [name, listener] of Object.entries(ours)) process.off(name, listener);
    },
  };
}

// A reader that has gone away is no reason to leave a training alone, and a
// terminal that is gone refuses output a moment before its SIGHUP arrives.
function refused(error) {
  if (error.code !== "EIO" && error.code !== "EPIPE") throw error;
}

async function cancel(request, run) {
  say(request, `interrupted; cancelling ${run.jobID ? `job ${run.jobID}` : "the job"} (again to exit at once)`);
  try {
    const cancelled = await Promise.race([cancelStarted(run), timeout()]);
    say(request, cancelled ? `job ${run.jobID || "unknown"} is cancelled` : "no job was started");
    return cancelled;
  } catch (error) {
    const what = run.jobID ? `could not cancel job ${run.jobID}, which may go on running` : "a job may have been started";
    say(request, `${what}: ${messageOf(error)}`);
    return false;
  }
}

async function detach(request, run) {
  if (!run.jobID) {
    say(request, "interrupted; waiting for the job that is being created (again to exit at once)");
    try {
      if (!(await Promise.race([created(run), timeout()]))) return say(request, "no job was started");
    } catch (error) {
      return say(request, `a job may have been started: ${messageOf(error)}`);
    }
  }
  say(request, `detached; job ${run.jobID || "unknown"} goes on running`, followHint(request, run.jobID));
}

async function cancelStarted(run) {
  if (run.trainer[abandon]?.() === true) return false; // data is being checked or uploaded, for however long
  if (!(await created(run))) return false;
  await run.trainer.cancel();
  return true;
}

// A job that is being created at this moment has to exist before anything can be
// done about it. When creating it fails there is nothing to do.
async function created(run) {
  try {
    run.jobID ||= String((await run.starting)?.jobId ?? "");
    return true;
  } catch {
    return false;
  }
}

function timeout() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} seconds`)), patienceMs);
  });
}

// Ends by the signal: where the terminal is gone, process.exit makes node 20
// abort, as it cannot restore the terminal's settings.
function leave(request, run, output) {
  run.stopping = true;
  output.interrupted({ signal: "SIGHUP", jobId: run.jobID || undefined, cancelled: false });
  if (run.jobID) say(request, `detached; job ${run.jobID} goes on running`);
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}
