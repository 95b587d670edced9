import { AuthError } from "./errors.ts";
import type { Environment } from "./find-binary.ts";

/** An account's sign-in, as stored by `arkor login`. */
export interface OAuthCredentials {
  readonly mode: "oauth";
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly auth0Domain: string;
  readonly audience: string;
  readonly clientId: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly arkorCloudApiUrl?: string;
}

/** An anonymous identity. */
export interface AnonymousCredentials {
  readonly mode: "anon";
  readonly token: string;
  readonly anonymousId: string;
  readonly arkorCloudApiUrl: string;
  readonly orgSlug: string;
}

/** A bare token, such as the one of `ARKOR_TOKEN`. Never written to disk. */
export interface TokenCredentials {
  readonly mode: "token";
  readonly token: string;
  readonly arkorCloudApiUrl?: string;
  readonly orgSlug?: string;
}

export type Credentials = OAuthCredentials | AnonymousCredentials | TokenCredentials;

const managedCloud = "https://api.arkor.ai";

/** Returns the address that credentials are for: what the environment says, even nothing, goes first. */
export function cloudApiUrl(env: Environment, credentials?: Credentials): string {
  const stamped: unknown = credentials?.arkorCloudApiUrl;
  const url = env["ARKOR_CLOUD_API_URL"] ?? (typeof stamped === "string" ? stamped : managedCloud);
  return url.replace(/\/+$/, "");
}

/**
 * Returns the token that goes into the Authorization header. Throws AuthError for
 * one that cannot: what fetch says about such a header repeats it.
 */
export function bearer(credentials: Credentials): string {
  const token = credentials.mode === "oauth" ? credentials.accessToken : credentials.token;
  if (isToken(token)) return token;
  throw new AuthError("auth_failed", "The token is empty or holds a character that no token has.");
}

/** Says whether a value can be a token, that is, stand in a header. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]+$/.test(value);
}
