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

/** Returns what goes into the Authorization header. */
export function bearer(credentials: Credentials): string {
  return credentials.mode === "oauth" ? credentials.accessToken : credentials.token;
}

/** Says whether a text can be a token, that is, stand in a header. */
export function isToken(text: string): boolean {
  return /^[!-~]+$/.test(text);
}
