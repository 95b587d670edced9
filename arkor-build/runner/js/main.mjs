// The program that a JavaScript runtime executes in the place of a trainer's
// bundle. It is built into ../runner.mjs (go generate), written beside the
// bundle and given one argument, a request in JSON:
//
//   mode         "start", "eval", "manifest" or "config"
//   command      what error messages begin with
//   module       absolute path of the bundle
//   dir          the project, absolute
//   result       file for the answer of "manifest" and "config"
//   pnp          Yarn's .pnp.cjs, or ""
//   upgrade      command that upgrades the tool
//   preview      "start" says what the run would be and creates no job
//   dryRun       whether to make a dry run of the trainer
//   detach       whether to leave once the job exists
//   follow       command that follows the job JOB, or "" where there is none
//   onInterrupt  "cancel" or "detach": what the first SIGINT does to the job
//   compare      of "eval": job, checkpoint and endpoint as the user named them,
//                and worst, whether to show the samples with the lowest scores
//   events       descriptor for a JSON object about each step of the run; 0 for
//                lines for people on stdout
//
// It has no dependencies and imports nothing of the project but the bundle.

import { existsSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import { runCommand } from "./command.mjs";
import { compare } from "./compare.mjs";
import { evaluate } from "./evaluate.mjs";
import { train } from "./start.mjs";

const oldestNode = 20;

const request = JSON.parse(process.argv[process.argv.length - 1]);
// The request is ours: user code sees the arguments of a program of its own.
process.argv = [process.argv[0], request.module];

request.load = async () => {
  refuseOldNode();
  try {
    process.setSourceMapsEnabled?.(true);
  } catch {
    // Some runtimes have the function but not the ability; traces then name the bundle.
  }
  usePlugAndPlay(request.pnp);
  return import(pathToFileURL(request.module).href);
};
const work = { start: train, eval: compare }[request.mode];
if (work) runCommand(request, work);
else evaluate(request);

function refuseOldNode() {
  const { bun, deno, node } = process.versions;
  if (bun || deno || Number.parseInt(node, 10) >= oldestNode) return;
  throw Object.assign(new Error(`node ${node} at ${process.execPath} is too old`), {
    name: "ArkorError",
    hint: `install node ${oldestNode} or newer, or name another runtime in ARKOR_JS_RUNTIME`,
  });
}

// Yarn's resolver is normally preloaded by "yarn run"; without that, packages
// would not be found when the tool is called directly.
function usePlugAndPlay(path) {
  if (!path || process.versions.pnp) return;
  module.createRequire(path)(path).setup();
  const loader = join(path, "..", ".pnp.loader.mjs");
  if (existsSync(loader)) module.register?.(pathToFileURL(loader).href);
}
