// What a run says on stdout: two lines for people, or one JSON object a line
// for programs (docs/start-json.md).

import { Console } from "node:console";
import { writeSync } from "node:fs";
import module from "node:module";
import process from "node:process";

import { headOf } from "./errors.mjs";
import { oneLine } from "./text.mjs";

/** Returns where a run tells how it goes. */
export function createOutput(request) {
  return request.events ? forPrograms(request.events) : forPeople;
}

const print = (line) => void process.stdout.write(`${line}\n`);

const forPeople = {
  preview(answer, draw) {
    const lines = answer.preview ? draw() : [];
    if (lines.length > 0) print(lines.join("\n"));
  },
  compared: (comparison, draw) => print(draw().join("\n")),
  submitted: (jobID) => print(`Started job ${oneLine(jobID) || "unknown"}`),
  event() {},
  finished: (jobID, status) => print(`Job ${oneLine(jobID) || "unknown"} finished with status=${oneLine(status)}`),
  detached() {},
  interrupted() {},
  failed() {},
};

// The last object says how the run ended, whatever ends it short of a signal
// that nobody can catch.
function forPrograms(descriptor) {
  if (descriptor === 1) giveStdoutAway();
  let ended = false;
  let uncaught;
  const write = (object) => {
    if (descriptor !== 0 && !writeLine(descriptor, `${JSON.stringify(object)}\n`)) descriptor = 0;
  };
  const last = (object) => {
    if (!ended) write(object);
    ended = true;
  };
  process.on("uncaughtExceptionMonitor", (error) => {
    uncaught = headOf(error);
  });
  process.on("exit", (status) => {
    last({ type: "error", message: uncaught ?? `the process ended with status ${status} before the run was over`, code: "exited" });
  });
  return {
    preview: ({ preview, unavailable }) => last(preview ? { preview } : { preview: null, unavailable }),
    compared: (comparison) => last(comparison),
    submitted: (jobId, name) => write({ type: "submitted", jobId, name }),
    event: ({ type, ...rest }) => write({ type, ...rest, ...(type === "reconnecting" && { error: reason(rest.error) }) }),
    finished: (jobId, status, error) => last({ type: "finished", jobId, status, error }),
    detached: (jobId) => last({ type: "detached", jobId }),
    interrupted: (outcome) => last({ type: "interrupted", ...outcome }),
    failed: (failure) => last({ type: "error", ...failure }),
  };
}

function reason(error) {
  const { code } = error?.cause ?? {};
  return headOf(error) + (typeof code === "string" ? ` (${code})` : "");
}

// Writes a whole line before anything else happens, so that a process that ends
// the next moment has said it. Returns false when the reader has gone away.
function writeLine(descriptor, line) {
  let rest = Buffer.from(line);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10); // a full pipe that somebody made non-blocking
    }
  }
  return true;
}

// Where the runtime cannot write to a descriptor of ours, the objects get
// stdout, and what user code prints there goes to stderr.
function giveStdoutAway() {
  const { stderr } = process;
  Object.defineProperty(process, "stdout", { value: stderr, configurable: true, enumerable: true });
  module.syncBuiltinESMExports();
  if (globalThis.Deno) Object.defineProperty(Deno, "stdout", { value: Deno.stderr });
  const other = new Console({ stdout: stderr, stderr });
  for (const name of Object.keys(console)) {
    if (typeof console[name] === "function" && typeof other[name] === "function") console[name] = other[name].bind(other);
  }
}
