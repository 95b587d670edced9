/** What evals found of what a job has trained. */

import { fieldsOf, numberOf, textOf } from "../net/shapes.ts";

export interface Result {
  readonly name: string;
  /** What was tried, in words; the same words for the same target. */
  readonly target: string;
  /** null for what is no step of the training. */
  readonly step: number | null;
  readonly count: number;
  readonly failed: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly threshold: number | null;
  /** null without a threshold. */
  readonly passed: boolean | null;
  readonly worst: readonly Sample[];
}

export interface Sample {
  readonly prompt: string;
  /** null where the model gave none. */
  readonly answer: string | null;
  readonly score: number | null;
  readonly note: string;
}

/** Reads the answer of GET /api/jobs/:id/evals, the oldest first. */
export function parseResults(value: unknown): readonly Result[] {
  const { evals } = fieldsOf(value);
  return (Array.isArray(evals) ? evals : []).map(fieldsOf).flatMap((result): readonly Result[] => {
    const target = fieldsOf(result["target"]);
    const label = targetLabel(target);
    if (textOf(result["name"]) === "" || label === "") return [];
    const { passed, worst } = result;
    return [
      {
        name: textOf(result["name"]),
        target: label,
        step: target["kind"] === "base" ? -1 : numberOf(target["step"]),
        count: numberOf(result["count"]) ?? 0,
        failed: numberOf(result["failed"]) ?? 0,
        mean: numberOf(result["mean"]),
        min: numberOf(result["min"]),
        max: numberOf(result["max"]),
        threshold: numberOf(result["threshold"]),
        passed: typeof passed === "boolean" ? passed : null,
        worst: (Array.isArray(worst) ? worst : []).map(parseSample),
      },
    ];
  });
}

function parseSample(value: unknown): Sample {
  const { prompt, answer, score, note } = fieldsOf(value);
  return { prompt: textOf(prompt), answer: typeof answer === "string" ? answer : null, score: numberOf(score), note: textOf(note) };
}

function targetLabel(target: Readonly<Record<string, unknown>>): string {
  switch (target["kind"]) {
    case "checkpoint":
      return `step ${numberOf(target["step"]) ?? "?"}`;
    case "final":
      return "final";
    case "base":
      return textOf(target["model"]) || "base model";
    case "endpoint":
      return `endpoint ${textOf(target["slug"])}`;
    default:
      return "";
  }
}

export interface Scoreboard {
  readonly names: readonly string[];
  readonly rows: readonly { readonly target: string; readonly results: ReadonlyMap<string, Result> }[];
}

/** The results that count: of each eval and target the last one. Targets stand in the order of the training, endpoints last. */
export function scoreboardOf(results: readonly Result[]): Scoreboard {
  const rows = new Map<string, { step: number; results: Map<string, Result> }>();
  for (const result of results) {
    const step = result.target.startsWith("endpoint ") ? Infinity : result.target === "final" ? Number.MAX_VALUE : (result.step ?? Number.MAX_VALUE);
    const row = rows.get(result.target) ?? { step, results: new Map<string, Result>() };
    row.results.set(result.name, result);
    rows.set(result.target, row);
  }
  return {
    names: [...new Set(results.map(({ name }) => name))],
    rows: [...rows].toSorted(([, a], [, b]) => (a.step === b.step ? 0 : a.step - b.step)).map(([target, row]) => ({ target, results: row.results })),
  };
}
