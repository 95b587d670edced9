// How errors look: what happened, where in the user's own code, and why.

import process from "node:process";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

import { inSources } from "./frames.mjs";
import { missingPackage } from "./packages.mjs";
import { excerpt, oneLine } from "./text.mjs";

// Errors of the package "arkor" are told apart by name, as their classes belong
// to the project's copy of it. Their text says all there is to say.
const ownErrors = new Set([
  "AnonymousTokenRejectedError",
  "ArkorError",
  "AuthError",
  "CloudApiError",
  "DatasetError",
  "EntryError",
  "ProjectStateMismatchError",
  "ProjectStateMissingError",
  "ResponseShapeError",
  "StreamError",
  "UnsupportedModelError",
]);

/**
 * Writes an error to stderr in the form "command: message", with a hint if it
 * carries one. Returns the same for programs, without the stack.
 */
export function report(request, error) {
  const missing = missingPackage(error, request.dir);
  if (missing) {
    say(request, missing.message, missing.hint);
    return { ...missing, code: "package_missing" };
  }
  const details = Array.isArray(error?.details) ? error.details.map(String) : []; // others give errors such names and fields, too
  const lines = ownErrors.has(error?.name) ? [excerpt(String(error.message)), ...details] : describe(error, request);
  const hint = string(error?.hint);
  write(request, [...lines, ...causes(error, request)], hint);
  return { message: headOf(error), hint, code: string(error?.code) };
}

/** Returns what happened, without where. */
export function headOf(error) {
  if (ownErrors.has(error?.name)) return String(error.message);
  const lines = describe(error);
  const first = lines.findIndex(isFrame);
  return lines.slice(0, first < 0 ? lines.length : first).join("\n");
}

/** Writes one message to stderr, and the line that says what to do next. */
export function say(request, message, hint = "") {
  write(request, [message], hint);
}

// Ids, reasons and messages may be those of a server, or repeat what a model said.
function write(request, lines, hint = "") {
  const text = lines.map(oneLine).join("\n");
  process.stderr.write(`${request.command}: ${text}\n${hint ? `hint: ${oneLine(hint)}\n` : ""}`);
}

/** Returns the message of anything that was thrown. */
export function messageOf(error) {
  return error instanceof Error ? error.message : text(error);
}

function describe(error, { module } = {}) {
  if (typeof error?.stack !== "string" || error.stack === "") {
    return (typeof error?.message === "string" ? error.message : text(error)).split("\n");
  }
  const lines = error.stack.split("\n");
  const first = lines.findIndex(isFrame);
  if (first < 0) return lines;
  return [...lines.slice(0, first), ...inSources(lines.slice(first), module).filter(isUserFrame)];
}

function isFrame(line) {
  return /^\s+at /.test(line);
}

function string(value) {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function text(value) {
  try {
    return typeof value === "object" && value !== null ? inspect(value) : String(value);
  } catch {
    return "a value that cannot be shown was thrown";
  }
}

const runnerURL = import.meta.url;
const runnerPath = runnerURL.startsWith("file:") ? fileURLToPath(runnerURL) : runnerURL;

// Frames of this program, of the package "arkor" (the embedded copy or an
// installed one) and inside the runtime are not places where a user could
// change anything.
const notTheUsers = [runnerURL, runnerPath, "arkor-sdk:", "/node_modules/arkor/", "\\node_modules\\arkor\\"];
const inRuntime = /[ (]node:|\(<anonymous>\)$/;

function isUserFrame(line) {
  return !inRuntime.test(line) && !notTheUsers.some((place) => line.includes(place));
}

const deepest = 8;

function causes(error, request, depth = 1) {
  if (typeof error !== "object" || error === null || depth > deepest) return [];
  const found = Array.isArray(error.errors) ? error.errors : error.cause == null ? [] : [error.cause];
  return found.flatMap((cause) => {
    const [first, ...rest] = describe(cause, request);
    // An error that only carries a code has an empty message ("AggregateError: ").
    const head = /:?\s*$/.test(first) && cause?.code && !cause.message ? `${cause.name}: ${cause.code}` : first;
    return [`${"  ".repeat(depth)}caused by: ${head}`, ...rest.map((line) => "  ".repeat(depth) + line), ...causes(cause, request, depth + 1)];
  });
}
