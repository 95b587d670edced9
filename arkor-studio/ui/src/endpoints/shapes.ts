/** Endpoints and their keys, read from what is unknown. */

import { fieldsOf, numberOf, textOf, type Fields } from "../net/shapes.ts";
import { adapterOf, type Source } from "../sources/source.ts";

export interface Endpoint {
  readonly id: string;
  readonly slug: string;
  /** null for a kind that this page does not know. */
  readonly target: Source | null;
  /** "none" or "fixed_api_key". */
  readonly authMode: string;
  readonly enabled: boolean;
  /** "days", "unlimited", "disabled", or newer; "" where the backend does not say. */
  readonly retention: string;
  readonly retentionDays: number | null;
  /** Where it answers, as the backend says; null where it is not published. */
  readonly url: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Key {
  readonly id: string;
  readonly label: string;
  readonly prefix: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface NewKey {
  readonly key: Key;
  /** Told once. */
  readonly plaintext: string;
}

export interface EndpointList {
  readonly endpoints: readonly Endpoint[];
  /** There is no project that could have any. */
  readonly scopeMissing: boolean;
}

function parseEndpoint(value: unknown): Endpoint | null {
  const endpoint = fieldsOf(value);
  const id = textOf(endpoint["id"]);
  if (id === "") return null;
  return {
    id,
    slug: textOf(endpoint["slug"]),
    target: parseTarget(fieldsOf(endpoint["target"])),
    authMode: textOf(endpoint["authMode"]),
    enabled: endpoint["enabled"] === true,
    retention: textOf(endpoint["runRetentionMode"]),
    retentionDays: numberOf(endpoint["runRetentionDays"]),
    url: textOf(endpoint["url"]) || null,
    createdAt: textOf(endpoint["createdAt"]),
    updatedAt: textOf(endpoint["updatedAt"]),
  };
}

/** The endpoint of an answer; without one the answer is none. */
export function parseDeployment(value: unknown): Endpoint {
  const endpoint = parseEndpoint(fieldsOf(value)["deployment"]);
  if (endpoint === null) throw new Error("The answer holds no endpoint");
  return endpoint;
}

export function parseDeployments(value: unknown): EndpointList {
  const { deployments, scopeMissing } = fieldsOf(value);
  return { endpoints: (Array.isArray(deployments) ? deployments : []).map(parseEndpoint).filter((one) => one !== null), scopeMissing: scopeMissing === true };
}

export function parseKeys(value: unknown): readonly Key[] {
  const { keys } = fieldsOf(value);
  return (Array.isArray(keys) ? keys : []).map(parseKey).filter(({ id }) => id !== "");
}

export function parseNewKey(value: unknown): NewKey {
  const raw = fieldsOf(value)["key"];
  const plaintext = textOf(fieldsOf(raw)["plaintext"]);
  if (plaintext === "") throw new Error("The answer holds no key");
  return { key: parseKey(raw), plaintext };
}

function parseKey(value: unknown): Key {
  const key = fieldsOf(value);
  return {
    id: textOf(key["id"]),
    label: textOf(key["label"]),
    prefix: textOf(key["prefix"]),
    // A key that was just issued does not say.
    enabled: key["enabled"] !== false,
    createdAt: textOf(key["createdAt"]),
    lastUsedAt: textOf(key["lastUsedAt"]) || null,
  };
}

function parseTarget(target: Fields): Source | null {
  const model = textOf(target["baseModel"]);
  if (target["kind"] === "base_model" && model !== "") return { kind: "base", model };
  const adapter = fieldsOf(target["adapter"]);
  const jobId = textOf(adapter["jobId"]);
  if (target["kind"] !== "adapter" || jobId === "") return null;
  if (adapter["kind"] === "final") return { kind: "final", jobId };
  const step = numberOf(adapter["step"]);
  return adapter["kind"] === "checkpoint" && step !== null ? { kind: "checkpoint", jobId, step } : null;
}

/** The target of a request. */
export function targetOf(source: Source): Fields {
  if (source.kind === "base") return { kind: "base_model", baseModel: source.model };
  return { kind: "adapter", adapter: adapterOf(source) };
}

export function targetLine(target: Source | null): string {
  switch (target?.kind) {
    case "final":
      return `Final adapter (job ${target.jobId.slice(0, 8)})`;
    case "checkpoint":
      return `Checkpoint step ${target.step} (job ${target.jobId.slice(0, 8)})`;
    case "base":
      return `Base model: ${target.model}`;
    case undefined:
      return "A target that this page does not know";
  }
}

export function authLine(mode: string): string {
  const names: Record<string, string> = { fixed_api_key: "API key", none: "Public" };
  return names[mode] ?? mode;
}
