/** What can answer: a base model, or what a job has trained. */

import { fieldsOf, isOver, numberOf, textOf, type Fields, type Job } from "../net/shapes.ts";
import type { Pane } from "../router/route.ts";

export type Source =
  | { readonly kind: "base"; readonly model: string }
  | { readonly kind: "final"; readonly jobId: string }
  | { readonly kind: "checkpoint"; readonly jobId: string; readonly step: number };

export interface Model {
  readonly id: string;
  readonly name: string;
  /** Whether it can call tools, and keep to a structure; true where the backend does not say. */
  readonly tools: boolean;
  readonly structure: boolean;
}

/** The models of GET /api/models that can answer. */
export function parseModels(value: unknown): readonly Model[] {
  const models = fieldsOf(value)["models"];
  return (Array.isArray(models) ? models : [])
    .map(fieldsOf)
    .filter((model) => textOf(model["id"]) !== "" && fieldsOf(model["capabilities"])["infer"] !== false)
    .map((model) => ({
      id: textOf(model["id"]),
      name: textOf(model["displayName"]) || textOf(model["id"]),
      tools: fieldsOf(model["capabilities"])["tools"] !== false,
      structure: fieldsOf(model["capabilities"])["structuredOutputs"] !== false,
    }));
}

/** The jobs that may have trained something: in a queue nothing is trained. */
export function jobsWithAdapters(jobs: readonly Job[]): readonly Job[] {
  return jobs.filter(({ status }) => status !== "queued");
}

/** What a wish comes to; null while there is nothing that could answer. */
export function resolve(wish: Pane, models: readonly Model[], jobs: readonly Job[], checkpoints: readonly number[]): Source | null {
  if (wish.adapter === null) {
    const model = wish.model ?? models[0]?.id ?? "";
    return model === "" ? null : { kind: "base", model };
  }
  if (wish.step !== null) return { kind: "checkpoint", jobId: wish.adapter, step: wish.step };
  const job = jobs.find(({ id }) => id === wish.adapter);
  if (job === undefined) return null;
  if (job.status === "completed") return { kind: "final", jobId: job.id };
  const last = checkpoints.at(-1);
  return last === undefined ? null : { kind: "checkpoint", jobId: job.id, step: last };
}

/** The wish to take where a wish names a job that this project does not have. */
export function fallback(jobs: readonly Job[]): Pane {
  const first = jobs.find(({ status }) => status === "completed");
  return { adapter: first?.id ?? null, step: null };
}

/** The adapter of a request; null for a base model. */
export function adapterOf(source: Source): Fields | null {
  switch (source.kind) {
    case "base":
      return null;
    case "final":
      return { kind: "final", jobId: source.jobId };
    case "checkpoint":
      return { kind: "checkpoint", jobId: source.jobId, step: source.step };
  }
}

/** The wish that comes to a source. */
export function wishFor(source: Source): Pane {
  if (source.kind === "base") return { adapter: null, step: null, model: source.model };
  return { adapter: source.jobId, step: source.kind === "checkpoint" ? source.step : null };
}

export function labelOf(source: Source, jobs: readonly Job[]): string {
  if (source.kind === "base") return source.model;
  const name = jobs.find(({ id }) => id === source.jobId)?.name || source.jobId.slice(0, 8);
  return `${name} · ${source.kind === "final" ? "final" : `step ${source.step}`}`;
}

/** Steps of the checkpoints among artifacts, the earliest first. */
export function checkpointSteps(artifacts: readonly { readonly step: number | null }[]): readonly number[] {
  return sorted(artifacts.map(({ step }) => step));
}

/** The same from the events that a job carries, for backends without artifacts. */
export function checkpointsInEvents(events: unknown): readonly number[] {
  const saved = (Array.isArray(events) ? events : []).map(fieldsOf).filter((event) => event["type"] === "checkpoint.saved");
  return sorted(saved.map((event) => numberOf(event["step"])));
}

function sorted(steps: readonly (number | null)[]): readonly number[] {
  return [...new Set(steps)].filter((step) => step !== null).toSorted((a, b) => a - b);
}

/** Whether more checkpoints may come. */
export function mayGrow(job: Job | undefined): boolean {
  return job !== undefined && !isOver(job.status);
}
