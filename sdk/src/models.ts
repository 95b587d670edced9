import { isAbsolute } from "node:path";
import { UnsupportedModelError } from "./errors.ts";
import { asRecord, asString, numberOrNull } from "./json.ts";
import { ShapeProblem } from "./shape.ts";

/** What the managed cloud trains, for backends that do not publish a list. */
export const SUPPORTED_MODELS = Object.freeze(["unsloth/gemma-4-E4B-it"] as const);

/**
 * The models of the chosen backend, for completion in editors. Open for
 * declaration merging: `declare module "arkor" { interface ArkorModels { "my/model": true } }`.
 */
export interface ArkorModels {}

/**
 * Name of a base model. Any string will do, since the backend decides; the
 * known ones are there to be completed. `arkor/tiny` comes with the local
 * backend and is for trying the tool out.
 */
export type SupportedModel =
  | (typeof SUPPORTED_MODELS)[number]
  | "arkor/tiny"
  | keyof ArkorModels
  | (string & {});

/** One model of `GET /v1/models`, as far as the answer tells. */
export interface ModelInfo {
  readonly id: string;
  readonly displayName: string;
  readonly capabilities: { readonly train: boolean; readonly infer: boolean };
}

/** What a backend offers. */
export interface ModelList {
  readonly models: readonly ModelInfo[];
  readonly limits: { readonly maxDatasetBytes: number | null };
  /** Kinds of dataset the backend takes; undefined when it does not say. */
  readonly datasetTypes: readonly string[] | undefined;
}

/** Throws for what no backend could accept. */
export function checkModelName(model: unknown): void {
  if (typeof model === "string" && model.trim() !== "") return;
  throw new UnsupportedModelError("The trainer has no base model: `model` must be a non-empty string.", {
    hint: 'arkor/tiny trains everywhere the local backend runs: model: "arkor/tiny"',
  });
}

/**
 * Throws when the backend cannot train the model. `offer` is undefined for a
 * backend that publishes no list; the built-in one stands in then. A folder of
 * the backend's machine is in no list: whether it will do shows at the create.
 */
export function checkModelOffered(model: string, offer: ModelList | undefined): void {
  if (offer === undefined) {
    if ((SUPPORTED_MODELS as readonly string[]).includes(model)) return;
    throw new UnsupportedModelError(
      `Unsupported model "${model}". This arkor release supports: ${SUPPORTED_MODELS.join(", ")}. ` +
        "If the backend already accepts this model, upgrade arkor or submit through CloudApiClient.createJob.",
    );
  }
  if (isAbsolute(model)) return;
  const trainable = offer.models.filter((m) => m.capabilities.train).map((m) => m.id);
  if (trainable.includes(model)) return;
  const listed = offer.models.some((m) => m.id === model);
  const list = trainable.length > 0 ? `It trains: ${trainable.join(", ")}.` : "It trains no model at all.";
  throw new UnsupportedModelError(
    listed
      ? `Model "${model}" cannot be trained on this backend. ${list}`
      : `Unsupported model "${model}": this backend does not offer it. ${list}`,
    { hint: looksLikePath(model) ? pathHint : choiceHint },
  );
}

const choiceHint =
  "change `model` in the trainer to one of them; on your own machine, `arkor backend pull owner/name` brings one of the hub";
const pathHint = "name a model folder on the backend's machine by its absolute path";

function looksLikePath(model: string): boolean {
  return /^(\.{1,2}|~)[\\/]/.test(model);
}

/** Checks the answer to `GET /v1/models`. Throws ShapeProblem. */
export function parseModels(body: Readonly<Record<string, unknown>>): ModelList {
  const { models, limits, datasetTypes } = body;
  if (!Array.isArray(models)) throw new ShapeProblem("models", "is not a list");
  return {
    models: models.map((value, index) => {
      const model = asRecord(value);
      const id = asString(model?.["id"]);
      if (id === undefined) throw new ShapeProblem(`models[${index}].id`, "is not a string");
      const can = asRecord(model?.["capabilities"]);
      return {
        ...model,
        id,
        displayName: asString(model?.["displayName"]) ?? id,
        capabilities: { ...can, train: can?.["train"] === true, infer: can?.["infer"] === true },
      };
    }),
    limits: { maxDatasetBytes: numberOrNull(asRecord(limits)?.["maxDatasetBytes"]) },
    datasetTypes: Array.isArray(datasetTypes)
      ? datasetTypes.filter((type): type is string => typeof type === "string")
      : undefined,
  };
}
