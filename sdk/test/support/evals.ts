import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { defineDataset } from "../../src/dataset.ts";
import { defineEval, type Eval, type EvalContext } from "../../src/eval.ts";
import { attach, type Attachment, type Trainer } from "../../src/trainer.ts";
import type { TrainerInput } from "../../src/trainer-input.ts";
import type { FakeCloud } from "./cloud.ts";

export interface Ticket {
  readonly text: string;
  readonly score: number;
}

export const input: TrainerInput = {
  name: "triage",
  model: "unsloth/gemma-4-E4B-it",
  dataset: { type: "huggingface", name: "acme/tickets" },
};
export const chats = "POST /v1/inference/chat";
export const rows = [0.25, 1, 0.5].map((score, index) => ({ text: `t${index}`, score }));
export const dataset = defineDataset<Ticket>({ type: "rows", rows });

export const byScore = (extra: Partial<Eval<Ticket>> = {}): Eval<Ticket> =>
  defineEval<Ticket>({ name: "tickets", dataset, score: ({ sample }: EvalContext<Ticket>) => sample.score, ...extra } as Eval<Ticket>);

/** Catches what is written to stderr while the test runs. */
export function catchStderr(t: TestContext): string[] {
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => lines.push(text) > 0);
  return lines;
}

export function withEvals(trainer: Trainer, ...evals: Eval[]): Trainer {
  (trainer as unknown as Record<symbol, (attachment: Attachment) => void>)[attach]?.({ evals });
  return trainer;
}

export const result = { type: "eval", name: "tickets", count: 3, failed: 0, mean: 1.75 / 3, min: 0.25, max: 1 };

export function recorded(cloud: FakeCloud, file = "j1.jsonl"): unknown[] {
  const text = readFileSync(join(cloud.cwd, ".arkor", "evals", file), "utf8");
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as unknown);
}
