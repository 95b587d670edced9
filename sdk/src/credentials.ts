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

/** Returns what goes into the Authorization header. */
export function bearer(credentials: Credentials): string {
  return credentials.mode === "oauth" ? credentials.accessToken : credentials.token;
}
