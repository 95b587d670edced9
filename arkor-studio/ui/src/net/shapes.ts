/** What the server answers, read from what is unknown. A missing field is "", null or left out. */

import { plain } from "../formats/plain.ts";

export interface Job {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** Usually queued, running, completed, failed or cancelled. */
  readonly status: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly error: string | null;
  readonly config: Fields;
  readonly resumedFrom: { readonly jobId: string; readonly step: number } | null;
  readonly jobsAhead: number;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Manifest {
  /** The module that it is about; "" where there is only what was built of one. */
  readonly entry: string;
  /** What could be trained instead, the entry first. */
  readonly entries: readonly string[];
  readonly builtAt: string;
  /** null where the project exports none. */
  readonly trainer: Trainer | null;
  /** What is wrong with the project, as the terminal would show it. */
  readonly error: string | null;
  readonly hint: string;
  readonly code: string;
  /** Where the mistakes are, as far as that is known. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** Numbered lines; the one that is meant begins with ">". */
  readonly snippet: string;
}

export interface Trainer {
  readonly name: string;
  readonly fields: Fields;
}

export interface Run {
  readonly id: string;
  readonly file: string;
  readonly dryRun: boolean;
  /** running, stopping or exited. */
  readonly state: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly exit: number | null;
  readonly signal: string | null;
  readonly jobId: string | null;
}

export interface Artifact {
  readonly id: string;
  readonly kind: string;
  readonly step: number | null;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

export interface Identity {
  readonly mode: string;
  readonly baseUrl: string;
  readonly orgSlug: string | null;
  readonly projectSlug: string | null;
  readonly scopeStale: boolean;
  readonly version: string;
  readonly project: string;
  /** "local", "cloud", or the host of another server. */
  readonly backend: string;
  readonly features: Features;
}

/** What the backend has told that it offers; null while it has not. */
export type Features = Readonly<Record<"cancel" | "checkpoints" | "endpoints" | "export" | "estimate", boolean | null>>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number that can be drawn, else null. */
export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function listOf<T>(value: unknown, parse: (item: unknown) => T | null): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value.map(parse).filter((item) => item !== null);
}

/** null for what has no id. */
export function parseJob(value: unknown): Job | null {
  const job = fieldsOf(value);
  if (textOf(job["id"]) === "") return null;
  const from = fieldsOf(job["resumedFrom"]);
  const step = numberOf(from["step"]);
  return {
    id: textOf(job["id"]),
    projectId: textOf(job["projectId"]),
    name: plain(textOf(job["name"])),
    status: textOf(job["status"]),
    createdAt: textOf(job["createdAt"]),
    startedAt: textOrNull(job["startedAt"]),
    completedAt: textOrNull(job["completedAt"]),
    error: textOrNull(job["error"]),
    config: fieldsOf(job["config"]),
    resumedFrom: step === null ? null : { jobId: textOf(from["jobId"]), step },
    jobsAhead: numberOf(job["jobsAhead"]) ?? 0,
  };
}

/** The jobs of GET /api/jobs, in their order. */
export function parseJobs(value: unknown): readonly Job[] {
  return listOf(fieldsOf(value)["jobs"], parseJob);
}

export function parseManifest(value: unknown): Manifest {
  const manifest = fieldsOf(value);
  const trainer = fieldsOf(manifest["trainer"]);
  const name = textOf(trainer["name"]);
  return {
    entry: textOf(manifest["entry"]),
    entries: listOf(manifest["entries"], (entry) => textOf(entry) || null),
    builtAt: textOf(manifest["builtAt"]),
    diagnostics: listOf(manifest["diagnostics"], (item) => {
      const place = fieldsOf(item);
      const found = { file: textOf(place["file"]), line: numberOf(place["line"]) ?? 0, column: numberOf(place["column"]) ?? 0, text: textOf(place["text"]), snippet: textOf(place["snippet"]) };
      return found.file === "" ? null : found;
    }),
    trainer: name === "" ? null : { name, fields: trainer },
    error: textOrNull(manifest["error"]),
    hint: textOf(manifest["hint"]),
    code: textOf(manifest["code"]),
  };
}

function parseRun(value: unknown): Run | null {
  const run = fieldsOf(value);
  if (textOf(run["id"]) === "") return null;
  return {
    id: textOf(run["id"]),
    file: textOf(run["file"]),
    dryRun: run["dryRun"] === true,
    state: textOf(run["state"]),
    startedAt: textOf(run["startedAt"]),
    endedAt: textOrNull(run["endedAt"]),
    exit: numberOf(run["exit"]),
    signal: textOrNull(run["signal"]),
    jobId: textOrNull(run["jobId"]),
  };
}

/** The trainings of GET /api/runs, the latest first. */
export function parseRuns(value: unknown): readonly Run[] {
  return listOf(fieldsOf(value)["runs"], parseRun);
}

export function parseArtifacts(value: unknown): readonly Artifact[] {
  return listOf(fieldsOf(value)["artifacts"], (item) => {
    const artifact = fieldsOf(item);
    const id = textOf(artifact["id"]);
    if (id === "") return null;
    return {
      id,
      kind: textOf(artifact["kind"]),
      step: numberOf(artifact["step"]),
      name: textOf(artifact["name"]),
      size: numberOf(artifact["size"]) ?? 0,
      sha256: textOf(artifact["sha256"]),
    };
  });
}

export function parseIdentity(value: unknown): Identity {
  const identity = fieldsOf(value);
  return {
    mode: textOf(identity["mode"]),
    baseUrl: textOf(identity["baseUrl"]),
    orgSlug: textOrNull(identity["orgSlug"]),
    projectSlug: textOrNull(identity["projectSlug"]),
    scopeStale: identity["scopeStale"] === true,
    version: textOf(identity["version"]),
    project: textOf(identity["project"]),
    backend: textOf(identity["backend"]),
    features: {
      cancel: flagOf(identity, "cancel"),
      checkpoints: flagOf(identity, "checkpoints"),
      endpoints: flagOf(identity, "endpoints"),
      export: flagOf(identity, "export"),
      estimate: flagOf(identity, "estimate"),
    },
  };
}

function flagOf(identity: Fields, name: keyof Features): boolean | null {
  const value = fieldsOf(identity["features"])[name];
  return typeof value === "boolean" ? value : null;
}

/** Whether a job will never change again. */
export function isOver(status: string): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}
