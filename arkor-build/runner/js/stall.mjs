// Promises that nothing can settle any more.

import process from "node:process";

import { say } from "./errors.mjs";

/**
 * Names what run is doing when the process ends because nothing is left to
 * wait for. The runtime would end it silently, though it is a bug in the
 * user's code; the status is the one that node gives to a module that never
 * finished. Returns what ends the watch.
 */
export function noticeStall(request, run, failed = () => {}) {
  let idle = false;
  const drained = () => {
    idle = true;
  };
  const ended = () => {
    if (!idle || run.stopping) return;
    const message = `${run.doing} never finished: it awaits a promise that nothing can settle any more`;
    say(request, message);
    failed({ message, code: "stalled" });
    process.exitCode = 13;
  };
  // First of all, since what else happens at the end is less telling.
  process.on("beforeExit", drained).prependListener("exit", ended);
  return () => process.off("beforeExit", drained).off("exit", ended);
}
