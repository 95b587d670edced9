/** What must and must not compile. Checked by the compiler, never run. */
import {
  createArkor,
  createTrainer,
  defineDataset,
  defineEval,
  SUPPORTED_MODELS,
  type ArkorModels,
  type ChatMessage,
  type Dataset,
  type DatasetSource,
  type Eval,
  type JobConfig,
  type StructuredOutputs,
  type SupportedModel,
  type Trainer,
  type TrainerEvent,
  type TrainerInput,
  type TrainingResult,
} from "../../src/index.ts";

declare module "../../src/models.ts" {
  interface ArkorModels {
    "acme/generated": true;
  }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(): T | undefined => undefined;

const dataset = { type: "huggingface", name: "d" } as const;
const base = { name: "n", model: "arkor/tiny", dataset } as const;

// Any model is allowed; the known ones are listed for completion.
export const open: SupportedModel[] = ["arkor/tiny", "acme/generated", "some/other", SUPPORTED_MODELS[0]];
yes<Equal<keyof ArkorModels, "acme/generated">>();
// The list itself stays closed, and completion knows every name although any will do.
yes<Equal<typeof SUPPORTED_MODELS, readonly ["unsloth/gemma-4-E4B-it"]>>();
type Known<T> = T extends string ? (string extends T ? never : T) : never;
yes<Equal<Known<SupportedModel>, "unsloth/gemma-4-E4B-it" | "arkor/tiny" | "acme/generated">>();
// @ts-expect-error a model is a string
export const closed: SupportedModel = 7;

const trainer: Trainer = createTrainer(base);
export const result: Promise<TrainingResult> = trainer.wait();
createArkor({ trainer });
createArkor({});
// @ts-expect-error a trainer is not a manifest
createArkor(trainer);
// @ts-expect-error one trainer per manifest
createArkor({ trainer: [trainer] });
// @ts-expect-error a manifest is a value, not a client
createArkor({ trainer }).start();

export const inputs: TrainerInput[] = [
  { ...base, dataset: { type: "blob", url: "https://x", token: "t" } },
  { ...base, dataset: { type: "file", path: "a.jsonl", evalPath: "b.jsonl", format: "jsonl" } },
  { ...base, warmupSteps: "any", evalSteps: { every: 5 }, callbacks: { onLog: async () => 7 } },
  // @ts-expect-error a name is required
  { model: "m", dataset },
  // @ts-expect-error a dataset is required
  { name: "n", model: "m" },
  // @ts-expect-error no such kind of dataset
  { ...base, dataset: { type: "s3", name: "d" } },
  // @ts-expect-error a file has a path
  { ...base, dataset: { type: "file", url: "x" } },
  // @ts-expect-error no such format
  { ...base, dataset: { type: "file", path: "x", format: "xml" } },
  // @ts-expect-error alpha is required
  { ...base, lora: { r: 16 } },
  // @ts-expect-error a misspelt field
  { ...base, learningrate: 1 },
  // @ts-expect-error no such callback
  { ...base, callbacks: { onDone: () => undefined } },
];

createTrainer({
  ...base,
  callbacks: {
    onLog: ({ loss, step }) => {
      step.toFixed();
      // @ts-expect-error loss may be null
      loss.toFixed();
    },
    onCheckpoint: async ({ infer, adapter, artifacts }) => {
      yes<Equal<typeof adapter.kind, "checkpoint">>();
      const list: unknown[] | undefined = artifacts;
      const response: Response = await infer({ messages: [{ role: "user", content: "hi" }] });
      // @ts-expect-error messages are required
      await infer({ stream: true });
      // @ts-expect-error the adapter is given
      await infer({ messages: [], adapter: { kind: "final", jobId: "j" } });
      return [list, response];
    },
    onFailed: ({ error }) => error.toUpperCase(),
    onCancelled: ({ job }) => job.id,
  },
});

const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } } as const;
export const messages: ChatMessage[] = [
  { role: "system", content: "s" },
  { role: "assistant", content: "a", tool_calls: [] },
  { role: "assistant", content: null, tool_calls: [call] },
  { role: "assistant", tool_calls: [call] },
  { role: "tool", content: "r", tool_call_id: "1" },
  // @ts-expect-error neither content nor calls
  { role: "assistant" },
  // @ts-expect-error no content and an empty list of calls
  { role: "assistant", content: null, tool_calls: [] },
  // @ts-expect-error a tool result names its call
  { role: "tool", content: "r" },
  // @ts-expect-error no such role
  { role: "robot", content: "r" },
];

export const constraints: StructuredOutputs[] = [
  { regex: "a+" },
  { choice: ["a"], disable_any_whitespace: true },
  { json_object: true },
  // @ts-expect-error none
  {},
  // @ts-expect-error none, options alone
  { whitespace_pattern: " " },
  // @ts-expect-error two
  { regex: "a", choice: ["a"] },
  // @ts-expect-error only true
  { json_object: false },
];

// The server may name models that this release does not know.
yes<Equal<JobConfig["model"], string>>();
// @ts-expect-error the data set is required
export const config: JobConfig = { model: "m" };

interface Ticket {
  readonly text: string;
  readonly label?: string;
}

// The rows are checked against the sample, field by field.
const tickets = defineDataset<Ticket>({ type: "rows", rows: [{ text: "t", label: "l" }] });
yes<Equal<typeof tickets, Dataset<Ticket>>>();
// @ts-expect-error a misspelt field
defineDataset<Ticket>({ type: "rows", rows: [{ text: "t", lable: "l" }] });
// @ts-expect-error a field is missing
defineDataset<Ticket>({ type: "rows", rows: [{ label: "l" }] });
// @ts-expect-error a field of another type
defineDataset<Ticket>({ type: "rows", rows: [{ text: 7 }] });
// @ts-expect-error samples are objects
defineDataset<string>({ type: "rows", rows: ["t"] });
// @ts-expect-error the parser returns a sample
defineDataset<Ticket>({ type: "file", path: "d.jsonl" }, { parse: () => ({ txt: "t" }) });
// The type of the rows, or of what the parser returns, is the type of the samples.
yes<Equal<ReturnType<typeof inferred.samples>, AsyncIterable<{ n: number }>>>();
const inferred = defineDataset({ type: "rows", rows: [{ n: 1 }] });
const parsed = defineDataset({ type: "blob", url: "u" }, { parse: (value) => ({ s: String(value) }) });
yes<Equal<ReturnType<typeof parsed.samples>, AsyncIterable<{ s: string }>>>();

// A data set is usable wherever a source is.
const [train, heldOut] = tickets.split(0.9, 1);
export const source: DatasetSource = train;
export const split: TrainerInput = { ...base, dataset: train, evalDataset: heldOut };
export const loose: Dataset = tickets;

const good: Eval<Ticket> = defineEval({
  name: "e",
  dataset: heldOut,
  limit: 5,
  score: async ({ sample, infer, step, job, signal }) => {
    yes<Equal<typeof sample, Ticket>>();
    // @ts-expect-error a misspelt field
    const wrong = sample.lable;
    await infer({ messages: [{ role: "user", content: sample.text }], signal });
    return { score: step, note: `${wrong} ${job.id}` };
  },
});
// @ts-expect-error a score is a number
defineEval({ name: "e", dataset: heldOut, score: () => "good" });
// @ts-expect-error a source knows no samples
defineEval({ name: "e", dataset: { type: "file", path: "d.jsonl" }, score: () => 1 });
createArkor({ trainer, eval: good });
createArkor({ trainer, eval: [good, defineEval({ name: "f", dataset: inferred, score: ({ sample }) => sample.n })] });
// @ts-expect-error no such slot
createArkor({ trainer, evals: [good] });

export async function watch(): Promise<void> {
  for await (const event of trainer.events({ signal: AbortSignal.timeout(1) })) {
    yes<Equal<typeof event, TrainerEvent>>();
    switch (event.type) {
      case "log":
        // @ts-expect-error loss may be null
        event.loss.toFixed();
        break;
      case "checkpoint":
        await event.infer({ messages: [] });
        break;
      case "eval":
        event.mean?.toFixed();
        break;
      case "unknown":
        event.name.trim();
    }
  }
}

// By a function, or by a schema, and with a threshold that is a number.
defineEval({
  name: "gate",
  dataset: tickets,
  threshold: 0.8,
  ask: { maxTokens: 64, responseFormat: { type: "json_object" } },
  async score({ sample, ask }) {
    const answer: string = await ask({ messages: [{ role: "user", content: sample.text }], topP: 0.9 });
    // @ts-expect-error the answer is text, whole
    await ask({ stream: true });
    return answer === sample.label ? 1 : { score: 0, note: answer };
  },
});
defineEval({ name: "valid", dataset: tickets, schema: { type: "object", required: ["label"] } as const });
// @ts-expect-error one of them is enough
defineEval({ name: "both", dataset: tickets, schema: true, score: () => 1 });
// @ts-expect-error one of them has to be there
defineEval({ name: "none", dataset: tickets });
// @ts-expect-error a threshold is a number
defineEval({ name: "gate", dataset: tickets, schema: true, threshold: "80 %" });

createTrainer({ ...base, loadBestModelAtEnd: true, earlyStoppingPatience: 3, earlyStoppingThreshold: 0.01 });
// @ts-expect-error patience is counted
createTrainer({ ...base, earlyStoppingPatience: "3" });
