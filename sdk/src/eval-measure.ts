import type { ChatMessage, InferArgs } from "./chat.ts";
import type { AskArgs, Eval, EvalContext, EvalResult } from "./eval.ts";
import { readInferStream } from "./infer-stream.ts";
import { asRecord, asString, parseJson } from "./json.ts";
import { compileSchema } from "./json-schema.ts";

/** The model that is measured. */
export type EvalPoint = Omit<EvalContext, "sample" | "ask">;

/** What came of one sample. The score is null when it failed. */
export interface EvalSample {
  readonly prompt: string | null;
  readonly answer: string | null;
  readonly score: number | null;
  /** What `score` noted, or why there is no score. */
  readonly note: string | null;
}

export interface EvalReport {
  readonly result: EvalResult;
  /** The samples to look at first: failed ones, then those with the lowest scores. */
  readonly worst: readonly EvalSample[];
  /** What `score` noted about the sample with the lowest score. */
  readonly note: string | undefined;
  /** Why the first sample failed, if one did. */
  readonly problem: string | undefined;
}

export interface MeasureOptions {
  /** How many samples are asked about at the same time; 1 when left out. */
  readonly concurrency?: number | undefined;
  /** Called after each sample. */
  readonly onSample?: ((done: number, count: number) => void) | undefined;
}

const shownSamples = 5;
const shownText = 1000;

/** Measures a model by one eval. What is found does not depend on the concurrency. */
export async function measure(
  one: Eval,
  samples: readonly object[],
  point: EvalPoint,
  { concurrency = 1, onSample }: MeasureOptions = {},
): Promise<EvalReport> {
  const score = scorer(one);
  const found: EvalSample[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < samples.length) {
      const index = next++;
      try {
        point.signal.throwIfAborted();
        found[index] = await measureSample(score, one, samples[index] as object, point);
      } catch (error) {
        next = samples.length;
        throw error;
      }
      onSample?.(++done, samples.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return summarize(one, found, point.step);
}

async function measureSample(score: Scorer, one: Eval, sample: object, point: EvalPoint): Promise<EvalSample> {
  let prompt: string | null | undefined;
  let answer: string | undefined;
  const seen = (score: number | null, note: string | undefined): EvalSample =>
    ({ prompt: cut(prompt), answer: cut(answer), score, note: cut(note) });
  const infer = (args: InferArgs): Promise<Response> => {
    prompt = args.messages.at(-1)?.content;
    return point.infer({ ...args, temperature: args.temperature ?? 0 });
  };
  const ask = async (args: AskArgs = {}): Promise<string> => {
    const { messages = questionOf(sample), ...rest } = { ...one.ask, ...args };
    let text = "";
    for await (const piece of readInferStream(await infer({ ...rest, messages }))) text += piece;
    return (answer = text);
  };
  try {
    const scored = await score({ ...point, sample, infer, ask });
    const fields = asRecord(scored);
    const value: unknown = fields === undefined ? scored : fields["score"];
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new TypeError(`the score is not a finite number but ${String(value)}`);
    }
    return seen(value, asString(fields?.["note"]));
  } catch (error) {
    point.signal.throwIfAborted();
    if (one.failFast === true) throw error;
    return seen(null, error instanceof Error ? error.message : String(error));
  }
}

function cut(text: string | null | undefined): string | null {
  return text == null || text.length <= shownText ? (text ?? null) : `${text.slice(0, shownText)}...`;
}

type Scorer = (context: EvalContext) => unknown;

function scorer(one: Eval): Scorer {
  if (one.score !== undefined) return (context) => one.score(context);
  const check = compileSchema(one.schema);
  return async ({ ask }) => {
    const value = parseJson(await ask());
    const note = value === undefined ? "not JSON" : check(value);
    return { score: note === undefined ? 1 : 0, note };
  };
}

/** Returns what a model is asked about a conversation of the training data. */
function questionOf(sample: object): readonly ChatMessage[] {
  const { messages, prompt } = sample as { readonly messages?: unknown; readonly prompt?: unknown };
  if (typeof prompt === "string") return [{ role: "user", content: prompt }];
  if (!Array.isArray(messages)) throw new TypeError("the sample is no conversation: say what to ask in messages");
  const answer = messages.findLastIndex((message) => asRecord(message)?.["role"] === "assistant");
  return (answer < 0 ? messages : messages.slice(0, answer)) as readonly ChatMessage[];
}

function summarize(one: Eval, found: readonly EvalSample[], step: number): EvalReport {
  const { name, threshold } = one;
  const scores = found.flatMap(({ score }) => (score === null ? [] : [score]));
  const failed = found.length - scores.length;
  const none = scores.length === 0;
  const mean = none ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const pick = (better: (a: number, b: number) => boolean): number | null =>
    none ? null : scores.reduce((a, b) => (better(b, a) ? b : a));
  const min = pick((a, b) => a < b);
  const result: EvalResult = {
    type: "eval",
    name,
    step,
    count: found.length,
    failed,
    mean,
    min,
    max: pick((a, b) => a > b),
    ...(threshold !== undefined && { threshold, passed: failed === 0 && mean !== null && mean >= threshold }),
  };
  const first = found.findIndex(({ score }) => score === null);
  return {
    result,
    worst: found.toSorted((a, b) => (a.score ?? -Infinity) - (b.score ?? -Infinity) || 0).slice(0, shownSamples),
    note: found.find(({ score }) => score !== null && score === min)?.note ?? undefined,
    problem: first < 0 ? undefined : `sample ${first + 1}: ${String(found[first]?.note)}`,
  };
}
