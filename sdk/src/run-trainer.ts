import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { EntryError } from "./errors.ts";
import type { Eval } from "./eval.ts";
import { findBinary } from "./find-binary.ts";
import { isArkor } from "./manifest.ts";
import { oneLine } from "./one-line.ts";
import { runBinary } from "./run-binary.ts";
import { attach, type Attachment, type Trainer } from "./trainer.ts";

const buildTimeoutMs = 120_000;

/**
 * Runs the trainer that a module exports, as `arkor start` does, in this
 * process. A TypeScript file is built first, through arkor-build. Resolves for
 * failed runs, too.
 */
export async function runTrainer(file = "src/arkor/index.ts"): Promise<void> {
  const entry = resolve(file);
  if (!existsSync(entry)) {
    throw new EntryError(
      "entry_not_found",
      `Training entry not found: ${entry}. Provide a path or create src/arkor/index.ts.`,
    );
  }
  if (![".ts", ".mts", ".cts", ".tsx"].includes(extname(entry))) {
    return await runModule(entry);
  }
  const project = resolve(".arkor");
  await mkdir(project, { recursive: true });
  await removeAbandoned(project);
  // A folder of its own, so that the runtime cannot answer from its module cache.
  const folder = await mkdtemp(join(project, `run-${process.pid}-`));
  try {
    await runModule(await build(entry, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what calls left behind whose process was ended by a signal. */
async function removeAbandoned(project: string): Promise<void> {
  for (const name of await readdir(project)) {
    const owner = /^run-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    await rm(join(project, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function runModule(path: string): Promise<void> {
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const trainer = findTrainer(module);
  if (trainer === undefined) {
    throw new EntryError(
      "entry_no_trainer",
      "Training entry must export `arkor` (from createArkor({...})) or `trainer` " +
        "(from createTrainer({...})), or default-export one of them.",
    );
  }
  attachEvals(trainer, findEvals(module));
  const { jobId } = await trainer.start();
  process.stdout.write(`Started job ${oneLine(String(jobId))}\n`);
  const { job } = await trainer.wait();
  process.stdout.write(`Job ${oneLine(String(job.id))} finished with status=${oneLine(String(job.status))}\n`);
}

/** Returns the trainer that a module exports, the first of the places it may be in. */
export function findTrainer(module: Readonly<Record<string, unknown>>): Trainer | undefined {
  const { arkor, trainer, default: fallback } = module;
  const candidates = [
    isArkor(arkor) ? arkor.trainer : undefined,
    arkor,
    trainer,
    isArkor(fallback) ? fallback.trainer : undefined,
    fallback,
    typeof fallback === "object" && fallback !== null && "trainer" in fallback
      ? fallback.trainer
      : undefined,
  ];
  return candidates.find(isTrainer);
}

/** Returns the evals of a module: those of the first manifest that has some. */
export function findEvals(module: Readonly<Record<string, unknown>>): readonly Eval[] {
  const manifests = [module["arkor"], module["default"]].filter(isArkor);
  const found = manifests.find((manifest) => manifest.eval !== undefined)?.eval;
  return found === undefined ? [] : Array.isArray(found) ? (found as readonly Eval[]) : [found as Eval];
}

/** The trainer may be of another copy of this package, or of none. */
function attachEvals(trainer: Trainer, evals: readonly Eval[]): void {
  const method = (trainer as { [attach]?: (attachment: Attachment) => void })[attach];
  if (typeof method === "function") method.call(trainer, { evals });
  else if (evals.length > 0) process.stderr.write(`arkor: warning: ${cannotEvaluate}\n`);
}

const cannotEvaluate = "the evals are left out: this trainer is not one that createTrainer of this release makes";

function isTrainer(value: unknown): value is Trainer {
  if (typeof value !== "object" || value === null) return false;
  const methods = value as Readonly<Record<string, unknown>>;
  return ["start", "wait", "cancel"].every((name) => typeof methods[name] === "function");
}

async function build(entry: string, folder: string): Promise<string> {
  const path = findBinary("arkor-build", "ARKOR_BUILD_BIN", process.env, process.env["ARKOR_AUTH_BIN"]);
  const outcome =
    path === undefined
      ? { kind: "missing" as const }
      : await runBinary({
          path,
          // Below the project, so that its packages are found from there.
          args: ["build", entry, "--out-dir", folder],
          cwd: process.cwd(),
          timeoutMs: buildTimeoutMs,
          stderr: (line) => process.stderr.write(`${line}\n`),
        });
  switch (outcome.kind) {
    case "done":
      return join(folder, "index.mjs");
    case "failed":
      throw new EntryError("entry_build_failed", `${entry} cannot be built: ${outcome.message}`, {
        hint: outcome.hint,
      });
    case "missing":
      throw new EntryError("entry_build_failed", `${entry} is TypeScript and arkor-build is missing.`, {
        hint: "install arkor-build, or bundle the entry yourself and pass the .mjs file",
      });
  }
}
