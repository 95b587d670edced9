// One training run, written down as code. `arkor start` bundles this file,
// sends the job to the backend that arkor.config.ts names, and runs the
// callbacks below in your own process while the model trains.
import { createTrainer } from "arkor";

// --- What the model shall answer ---------------------------------------------
//
// Your application is going to parse the model's answers, so write down what it
// expects. The model learns this shape from the answers in data/train.jsonl.

export const categories = ["billing", "delivery", "returns", "account", "technical"] as const;
export const urgencies = ["low", "medium", "high"] as const;

export interface Triage {
  category: (typeof categories)[number];
  urgency: (typeof urgencies)[number];
  summary: string;
  nextAction: string;
}

/** Reads a model's answer. Throws an Error that says what is wrong with it. */
export function parseTriage(answer: string): Triage {
  const value: unknown = JSON.parse(answer);
  if (typeof value !== "object" || value === null) {
    throw new Error("the answer is not a JSON object");
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return {
    category: oneOf(categories, fields, "category"),
    urgency: oneOf(urgencies, fields, "urgency"),
    summary: sentence(fields, "summary"),
    nextAction: sentence(fields, "nextAction"),
  };
}

function oneOf<T extends string>(allowed: readonly T[], fields: Readonly<Record<string, unknown>>, name: string): T {
  const found = allowed.find((item) => item === fields[name]);
  if (found === undefined) {
    throw new Error(`${name} is ${JSON.stringify(fields[name])}, not one of ${allowed.join(", ")}`);
  }
  return found;
}

function sentence(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "") {
    throw new Error(`${name} is not a text`);
  }
  return value;
}

// --- A question to watch it learn by -------------------------------------------
//
// The first ticket of data/heldout.jsonl: the model never trains on it. Ask in
// the words that the examples use; the instruction is part of what is learned.

const instruction = "Sort the ticket. Answer with JSON.";
const ticket =
  "Is it possible to have order 5416 delivered in the evening on Friday? The box is too big for my neighbour. What can be done about it? Thanks in advance.";

// --- The run ---------------------------------------------------------------------

export const trainer = createTrainer({
  // Shown in lists of runs.
  name: "triage-run",

  // The model to start from. arkor/tiny is a miniature that comes with the tool:
  // it trains in minutes without a GPU, and it is for trying things out. For
  // real work bring a Llama-style model to this machine, and name it here:
  //   arkor backend pull HuggingFaceTB/SmolLM2-135M-Instruct
  //   model: "HuggingFaceTB/SmolLM2-135M-Instruct",
  model: "arkor/tiny",

  // The examples, one conversation a line. Those in evalPath are never trained
  // on: the loss on them (evalLoss) says whether the model has understood the
  // task or only memorised the examples.
  dataset: { type: "file", path: "data/train.jsonl", evalPath: "data/heldout.jsonl" },

  // Training changes a small set of added weights, the adapter, and leaves the
  // model as it is (the method is called LoRA). r is the size of the adapter:
  // more can learn more, and is slower. alpha scales its effect; twice r is a
  // good start.
  lora: { r: 16, alpha: 32 },

  // How many times the model sees every example. More learns more, until
  // evalLoss rises again while loss still falls: then it memorises.
  numTrainEpochs: 6,

  // How many examples each step learns from. More is steadier and needs more
  // memory.
  batchSize: 8,

  // How far each step goes. Too high and the loss jumps about or becomes NaN,
  // too low and nothing happens. A miniature model takes large steps; with a
  // model of the hub begin at 2e-4.
  learningRate: 3e-3,

  // Steps start small for warmupSteps, then shrink along a cosine to nothing,
  // so that the run ends settled.
  lrSchedulerType: "cosine",
  warmupSteps: 10,

  // Every evalSteps: measure evalLoss. Every saveSteps: save a checkpoint, from
  // which an interrupted run goes on, and which onCheckpoint can ask.
  evalSteps: 50,
  saveSteps: 100,

  // Take a few examples and a few steps through every stage, to see in seconds
  // whether all of it works:
  //   dryRun: true,

  callbacks: {
    // Called once, when training begins.
    onStarted() {
      console.log(`At every checkpoint the model is asked: ${ticket}`);
    },

    // Called every few steps. Speaks up only when there is something to compare.
    onLog({ step, loss, evalLoss }) {
      if (evalLoss !== null) {
        console.log(`step=${step} loss=${loss?.toFixed(4) ?? "?"} evalLoss=${evalLoss.toFixed(4)}`);
      }
    },

    // Called at every checkpoint; infer asks the model as it is at that moment.
    // An error thrown here would end the waiting, so a failing check is printed.
    async onCheckpoint({ step, infer }) {
      let answer = "";
      try {
        const response = await infer({
          messages: [
            { role: "system", content: instruction },
            { role: "user", content: ticket },
          ],
          temperature: 0, // the likeliest answer, the same every time
          maxTokens: 200,
          stream: false,
        });
        const completion = (await response.json()) as {
          choices: { message: { content: string } }[];
        };
        answer = completion.choices[0]?.message.content ?? "";
        console.log(`step=${step} answer=${JSON.stringify(parseTriage(answer))}`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        console.log(`step=${step} not there yet: ${reason}${answer === "" ? "" : `: ${answer}`}`);
      }
    },
  },
});
