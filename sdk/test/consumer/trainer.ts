/** A template's trainer, against the package as it is published. */
import { createArkor, createTrainer, defineDataset, defineEval, type ArkorModels } from "arkor";

export const trainer = createTrainer({
  name: "triage",
  model: "arkor/tiny",
  dataset: { type: "file", path: "data/train.jsonl", evalPath: "data/heldout.jsonl" },
  lora: { r: 16, alpha: 32 },
  numTrainEpochs: 6,
  learningRate: 5e-3,
  evalSteps: 50,
  saveSteps: 50,
  callbacks: {
    onCheckpoint: async ({ step, infer }) => {
      const response = await infer({
        messages: [
          { role: "system", content: "Answer with JSON." },
          { role: "user", content: "The printer is on fire." },
        ],
        stream: false,
        temperature: 0,
      });
      const { choices } = (await response.json()) as {
        choices: { message: { content: string } }[];
      };
      console.log(`step ${step}: ${choices[0]?.message.content}`);
    },
  },
});

// models.d.ts beside this file is what arkor writes to .arkor/models.d.ts.
export const generated: (keyof ArkorModels)[] = ["acme/generated", 'odd"\\id'];
// @ts-expect-error not a model of the backend
export const missing: keyof ArkorModels = "acme/other";

interface Ticket {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

const tickets = defineDataset<Ticket>({ type: "file", path: "data/train.jsonl" });
const [train, heldOut] = tickets.split(0.9, 1);
const answers = defineEval({
  name: "answers",
  dataset: heldOut,
  score: ({ sample }) => sample.messages.length,
});
export const splitTrainer = createTrainer({ name: "n", model: "acme/generated", dataset: train, evalDataset: heldOut });

// @ts-expect-error parts are what split makes, not part of the published interface
defineDataset<Ticket>({ type: "file", path: "data/train.jsonl", parts: [] });

// @ts-expect-error the second argument is not part of the published interface
createTrainer({ name: "n", model: "acme/generated", dataset: { type: "blob", url: "u" } }, {});

export const arkor = createArkor({ trainer, eval: answers });
