import type { ProjectScope } from "./projects.ts";
import { flagOf, partOf, ShapeProblem, textOf, timeOf, timeOrNull } from "./shape.ts";

/** The organisation and project that an endpoint belongs to. */
export type DeploymentScope = ProjectScope;

/** What an endpoint answers with: a trained adapter, final or as of a checkpoint, or a base model as it is. */
export type DeploymentTarget =
  | {
      readonly kind: "adapter";
      readonly adapter:
        | { readonly kind: "final"; readonly jobId: string }
        | { readonly kind: "checkpoint"; readonly jobId: string; readonly step: number };
    }
  | { readonly kind: "base_model"; readonly baseModel: string };

/** Who may call an endpoint: everybody, or whoever sends a key as bearer token or `x-api-key`. */
export type DeploymentAuthMode = "none" | "fixed_api_key";

/** How long the chats of an endpoint are kept: for ever, not at all, or a number of days. */
export type DeploymentRunRetentionMode = "unlimited" | "disabled" | "days";

/** An endpoint as the backend describes it. Timestamps are ISO-8601 strings. */
export interface DeploymentDto {
  readonly id: string;
  readonly slug: string;
  readonly orgId: string;
  readonly projectId: string;
  readonly target: DeploymentTarget;
  readonly authMode: DeploymentAuthMode;
  readonly urlFormat: "openai_compat";
  readonly enabled: boolean;
  /** The base URL for OpenAI's clients, where the backend says it. */
  readonly url?: string;
  /** A host of your own that leads here, or null. */
  readonly customDomain: string | null;
  /** One of the known modes, or one that is newer than this release. */
  readonly runRetentionMode?: DeploymentRunRetentionMode | (string & {});
  /** Whole days, with the mode "days" alone. */
  readonly runRetentionDays?: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Days go with the mode "days" and no other. Without a mode the server keeps chats for 7 days. */
type RunRetention =
  | { readonly runRetentionMode?: undefined; readonly runRetentionDays?: undefined }
  | {
      readonly runRetentionMode: Exclude<DeploymentRunRetentionMode, "days">;
      readonly runRetentionDays?: undefined;
    }
  | { readonly runRetentionMode: "days"; readonly runRetentionDays: number };

/** A new endpoint. The server checks the slug: 2 to 50 of `a-z`, `0-9` and inner dashes. */
export type CreateDeploymentInput = {
  readonly slug: string;
  readonly target: DeploymentTarget;
  readonly authMode: DeploymentAuthMode;
} & RunRetention;

/** What to change of an endpoint; what is left out stays. The slug cannot change. */
export type UpdateDeploymentInput = {
  readonly slug?: never;
  readonly target?: DeploymentTarget | undefined;
  readonly authMode?: DeploymentAuthMode | undefined;
  readonly enabled?: boolean | undefined;
} & RunRetention;

/** A key of an endpoint, without the key itself. */
export interface DeploymentKeyDto {
  readonly id: string;
  readonly label: string;
  /** The beginning of the key, to tell keys apart by. */
  readonly prefix: string;
  /** False once the key was revoked. */
  readonly enabled: boolean;
  readonly createdAt: string;
  /** When the key was last used, roughly; null before the first time. */
  readonly lastUsedAt: string | null;
}

export interface CreateDeploymentKeyInput {
  /** 1 to 80 characters, shown to people. */
  readonly label: string;
}

/** A new key. `plaintext` is the key itself, and is told here and never again. */
export interface CreateDeploymentKeyResult {
  readonly id: string;
  readonly label: string;
  readonly plaintext: string;
  readonly prefix: string;
  readonly createdAt: string;
}

/** Checks an endpoint of an answer. Unknown fields are kept. Throws ShapeProblem. */
export function parseDeployment(value: unknown): DeploymentDto {
  const deployment = partOf("deployment", value);
  const { fields } = deployment;
  const { authMode, customDomain, runRetentionMode, runRetentionDays } = fields;
  if (authMode !== "none" && authMode !== "fixed_api_key") {
    throw new ShapeProblem("deployment.authMode", "is neither none nor fixed_api_key");
  }
  if (fields["urlFormat"] !== "openai_compat") {
    throw new ShapeProblem("deployment.urlFormat", "is not openai_compat");
  }
  if (customDomain !== null && typeof customDomain !== "string") {
    throw new ShapeProblem("deployment.customDomain", "is neither a string nor null");
  }
  if (runRetentionMode !== undefined && typeof runRetentionMode !== "string") {
    throw new ShapeProblem("deployment.runRetentionMode", "is not a string");
  }
  if (runRetentionDays !== undefined && typeof runRetentionDays !== "number") {
    throw new ShapeProblem("deployment.runRetentionDays", "is not a number");
  }
  return {
    ...fields,
    id: textOf(deployment, "id"),
    slug: textOf(deployment, "slug"),
    orgId: textOf(deployment, "orgId"),
    projectId: textOf(deployment, "projectId"),
    target: parseTarget(fields["target"]),
    authMode,
    urlFormat: "openai_compat",
    enabled: flagOf(deployment, "enabled"),
    customDomain,
    createdAt: timeOf(deployment, "createdAt"),
    updatedAt: timeOf(deployment, "updatedAt"),
  };
}

export function parseDeployments(value: unknown): DeploymentDto[] {
  if (!Array.isArray(value)) throw new ShapeProblem("deployments", "is not a list");
  return value.map(parseDeployment);
}

function parseTarget(value: unknown): DeploymentTarget {
  const target = partOf("deployment.target", value);
  if (target.fields["kind"] === "base_model") {
    return { ...target.fields, kind: "base_model", baseModel: textOf(target, "baseModel") };
  }
  if (target.fields["kind"] !== "adapter") {
    throw new ShapeProblem("deployment.target.kind", "is neither adapter nor base_model");
  }
  const adapter = partOf("deployment.target.adapter", target.fields["adapter"]);
  const { kind, step } = adapter.fields;
  const jobId = textOf(adapter, "jobId");
  if (kind === "final") {
    return { ...target.fields, kind: "adapter", adapter: { ...adapter.fields, kind, jobId } };
  }
  if (kind !== "checkpoint") throw new ShapeProblem(`${adapter.name}.kind`, "is neither final nor checkpoint");
  if (typeof step !== "number") throw new ShapeProblem(`${adapter.name}.step`, "is not a number");
  return { ...target.fields, kind: "adapter", adapter: { ...adapter.fields, kind, jobId, step } };
}

/**
 * Checks the keys of an endpoint. A key's own text has no place in a list and is
 * taken out should a server send it. Throws ShapeProblem.
 */
export function parseDeploymentKeys(value: unknown): DeploymentKeyDto[] {
  if (!Array.isArray(value)) throw new ShapeProblem("keys", "is not a list");
  return value.map((item) => {
    const key = partOf("key", item);
    const { plaintext: _, ...fields } = key.fields;
    return {
      ...fields,
      id: textOf(key, "id"),
      label: textOf(key, "label"),
      prefix: textOf(key, "prefix"),
      enabled: flagOf(key, "enabled"),
      createdAt: timeOf(key, "createdAt"),
      lastUsedAt: timeOrNull(key, "lastUsedAt"),
    };
  });
}

/** Checks a key that was just made. Throws ShapeProblem. */
export function parseNewDeploymentKey(value: unknown): CreateDeploymentKeyResult {
  const key = partOf("key", value);
  return {
    ...key.fields,
    id: textOf(key, "id"),
    label: textOf(key, "label"),
    plaintext: textOf(key, "plaintext"),
    prefix: textOf(key, "prefix"),
    createdAt: timeOf(key, "createdAt"),
  };
}
