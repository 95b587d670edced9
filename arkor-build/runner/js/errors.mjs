// How errors look: what happened, where in the user's own code, and why.

import process from "node:process";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

import { missingPackage } from "./packages.mjs";

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

/** Writes an error to stderr in the form "command: message", with a hint if it carries one. */
export function report(request, error) {
  const missing = missingPackage(error, request.dir);
  if (missing) return say(request, missing.message, missing.hint);
  const head = ownErrors.has(error?.name) ? [String(error.message)] : describe(error);
  say(request, [...head, ...causes(error)].join("\n"), typeof error?.hint === "string" ? error.hint : "");
}

/** Writes one message to stderr, and the line that says what to do next. */
export function say(request, message, hint = "") {
  process.stderr.write(`${request.command}: ${message}\n${hint ? `hint: ${hint}\n` : ""}`);
}

/** Returns the message of anything that was thrown. */
export function messageOf(error) {
  return error instanceof Error ? error.message : text(error);
}

function describe(error) {
  if (typeof error?.stack !== "string" || error.stack === "") {
    return [typeof error?.message === "string" ? error.message : text(error)];
  }
  const lines = error.stack.split("\n");
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  if (first < 0) return lines;
  return [...lines.slice(0, first), ...lines.slice(first).filter(isUserFrame)];
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
const notTheUsers = [runnerURL, runnerPath, "arkor-sdk:", "/node_modules/arkor/", "\\node_modules\\arkor\\", "node:internal/"];

function isUserFrame(line) {
  return !notTheUsers.some((place) => line.includes(place));
}

const deepest = 8;

function causes(error, depth = 1) {
  if (typeof error !== "object" || error === null || depth > deepest) return [];
  const found = Array.isArray(error.errors) ? error.errors : error.cause == null ? [] : [error.cause];
  return found.flatMap((cause) => {
    const [first, ...rest] = describe(cause);
    // An error that only carries a code has an empty message ("AggregateError: ").
    const head = /:?\s*$/.test(first) && cause?.code && !cause.message ? `${cause.name}: ${cause.code}` : first;
    return [`${"  ".repeat(depth)}caused by: ${head}`, ...rest.map((line) => "  ".repeat(depth) + line), ...causes(cause, depth + 1)];
  });
}
