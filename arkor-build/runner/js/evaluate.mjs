// Imports a bundle without starting anything and reports what it exports, in a
// file of its own: stdout belongs to the user's code.

import { writeFileSync } from "node:fs";
import process from "node:process";

import { describe } from "./describe.mjs";
import { report } from "./errors.mjs";
import { noticeStall } from "./stall.mjs";

export async function evaluate(request) {
  const answer = (value) => writeFileSync(request.result, JSON.stringify(value));
  // An answer, even of null, says that we have ended the process, and not the module.
  const settled = noticeStall(request, { doing: "loading the module" }, () => answer(null));
  let status = 0;
  try {
    const module = await request.load();
    answer(request.mode === "manifest" ? { trainer: describe(module) } : config(module));
  } catch (error) {
    report(request, error);
    answer(null);
    status = 1;
  }
  settled();
  // Timers or servers of the user's module must not keep the answer waiting.
  process.stderr.write("", () => process.exit(status));
}

// What JSON cannot say (a function, undefined) is reported by its type.
function config(module) {
  const value = module.default;
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return { type, value: type === "object" ? value : null };
}
