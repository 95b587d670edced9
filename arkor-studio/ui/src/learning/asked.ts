/** Asks what a training saved the same question, one after the other: how its answers change is what it learns. */

import { ApiError, messageOf } from "../net/api.ts";
import { noSettings } from "../playground/settings.ts";
import { chatBody, messagesFor, type ChatBody } from "../playground/turns.ts";
import type { Source } from "../sources/source.ts";
import { Value } from "../value.ts";

export interface Stage {
  readonly label: string;
  readonly source: Source;
}

export interface Answer {
  readonly stage: Stage;
  readonly text: string;
  readonly state: "waiting" | "writing" | "done" | "stopped" | "failed";
  readonly error: string;
}

/** As many as a person reads. */
export const mostStages = 8;
/** Answers are compared, not used. */
const maxTokens = 200;

/** Members of a list that are as far apart as can be, with both ends. */
export function spreadOver<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, at) => list[Math.round((at * (list.length - 1)) / (most - 1))] as T);
}

/** The base model, then what was saved: the final adapter takes the place of a checkpoint of the last step. */
export function stagesOf(jobId: string, model: string, checkpoints: readonly number[], lastStep: number | null, completed: boolean): readonly Stage[] {
  const steps = checkpoints.filter((step) => !completed || step !== lastStep).toSorted((a, b) => a - b);
  const base: readonly Stage[] = model === "" ? [] : [{ label: "before", source: { kind: "base", model } }];
  const end: readonly Stage[] = completed ? [{ label: "final", source: { kind: "final", jobId } }] : [];
  const saved = spreadOver(steps, mostStages - end.length).map((step): Stage => ({ label: `step ${step}`, source: { kind: "checkpoint", jobId, step } }));
  return [...base, ...saved, ...end];
}

/** Yields the words of an answer as they come. */
export type Words = (body: ChatBody, signal: AbortSignal) => AsyncIterable<string>;

export class Asked {
  readonly answers = new Value<readonly Answer[]>([]);
  readonly #words: Words;
  #running: AbortController | null = null;

  constructor(words: Words) {
    this.#words = words;
  }

  get busy(): boolean {
    return this.#running !== null;
  }

  /** One at a time: a model that is loaded for one answer makes room for the next. */
  async start(stages: readonly Stage[], prompt: string, system: string): Promise<void> {
    if (this.busy || prompt.trim() === "") return;
    const running = new AbortController();
    this.#running = running;
    this.answers.set(stages.map((stage) => ({ stage, text: "", state: "waiting", error: "" })));
    // The likeliest words: what differs is the model's doing, not chance.
    const settings = { ...noSettings, temperature: "0", maxTokens: String(maxTokens) };
    const messages = messagesFor(0, [], prompt, system);
    for (const [at, { source }] of stages.entries()) {
      try {
        for await (const piece of this.#words(chatBody(source, messages, settings), running.signal)) {
          if (running.signal.aborted) return;
          this.#change(at, ({ text }) => ({ text: text + piece, state: "writing" }));
        }
        if (running.signal.aborted) return;
        this.#change(at, () => ({ state: "done" }));
      } catch (reason) {
        if (running.signal.aborted) return;
        const hint = reason instanceof ApiError && reason.hint !== "" ? `: ${reason.hint}` : "";
        this.#change(at, () => ({ state: "failed", error: messageOf(reason) + hint }));
      }
    }
    this.#running = null;
    this.answers.set([...this.answers.get()]);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.answers.set(this.answers.get().map((answer) => (answer.state === "waiting" || answer.state === "writing" ? { ...answer, state: "stopped" } : answer)));
  }

  #change(at: number, next: (answer: Answer) => Partial<Answer>): void {
    this.answers.set(this.answers.get().map((answer, other) => (other === at ? { ...answer, ...next(answer) } : answer)));
  }
}
