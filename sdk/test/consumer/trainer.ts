/** A template's trainer, against the package as it is published. */
import { createArkor, createTrainer, type ArkorModels } from "arkor";

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

declare module "arkor" {
  interface ArkorModels {
    "acme/generated": true;
  }
}

export const generated: keyof ArkorModels = "acme/generated";

// @ts-expect-error the second argument is not part of the published interface
createTrainer({ name: "n", model: "acme/generated", dataset: { type: "blob", url: "u" } }, {});

export const arkor = createArkor({ trainer });
