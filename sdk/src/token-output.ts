import { isToken } from "./credentials.ts";
import { asRecord, asString, parseJson } from "./json.ts";

/** What `arkor-auth token --json` prints. Older releases print fewer fields. */
export interface TokenOutput {
  readonly token: string;
  readonly apiUrl: string;
  /** `anon`, `oauth`, `local`, `token`, or a kind this release does not know. */
  readonly mode: string;
  readonly orgSlug: string | null;
  /** Unix seconds. */
  readonly expiresAt: number | null;
  readonly scope: { readonly orgSlug: string; readonly projectSlug: string } | null;
}

/** Returns the fields, or undefined when the text is not such an answer. */
export function parseTokenOutput(text: string): TokenOutput | undefined {
  const fields = asRecord(parseJson(text));
  const token = fields?.["token"];
  const apiUrl = asString(fields?.["apiUrl"]);
  if (fields === undefined || !isToken(token) || apiUrl === undefined) return undefined;
  const { expiresAt } = fields;
  const scope = asRecord(fields["scope"]);
  const orgSlug = asString(scope?.["orgSlug"]);
  const projectSlug = asString(scope?.["projectSlug"]);
  return {
    token,
    apiUrl: apiUrl.replace(/\/+$/, ""),
    mode: asString(fields["mode"]) ?? "",
    orgSlug: asString(fields["orgSlug"]) ?? null,
    expiresAt: typeof expiresAt === "number" ? expiresAt : null,
    scope: orgSlug !== undefined && projectSlug !== undefined ? { orgSlug, projectSlug } : null,
  };
}

/**
 * Says whether two answers are about the same identity on the same backend. The
 * local backend may come back on another port.
 */
export function sameIdentity(first: TokenOutput, next: TokenOutput): boolean {
  if (first.mode !== next.mode || first.orgSlug !== next.orgSlug) return false;
  return first.mode === "local" || first.apiUrl === next.apiUrl;
}

/** Says whether a token is to be renewed before it is sent; `now` in milliseconds. */
export function expiresSoon(output: TokenOutput, now: number): boolean {
  return output.expiresAt !== null && output.expiresAt * 1000 - now < 60_000;
}
