import process from "node:process";
import { requestAnonymousToken } from "./anonymous.ts";
import { bearer, cloudApiUrl, type AnonymousCredentials, type Credentials } from "./credentials.ts";
import { readCredentials, writeCredentials } from "./credentials-file.ts";
import { AuthError } from "./errors.ts";
import { findBinary } from "./find-binary.ts";
import { askForToken } from "./session.ts";

/**
 * Returns the address of the API: `ARKOR_CLOUD_API_URL` if set, even to nothing,
 * else the address that the credentials were issued by, else the managed cloud.
 * Without slashes at the end.
 */
export function defaultArkorCloudApiUrl(credentials?: Credentials | null): string {
  return cloudApiUrl(process.env, credentials ?? undefined);
}

/**
 * Returns credentials that work now. `arkor-auth` is asked where it is
 * installed: it renews what is stored, or makes an anonymous identity, one for
 * all processes that ask at the same time. Without it: `ARKOR_TOKEN`, else what
 * is stored, else a new anonymous identity, which is stored.
 *
 * Rejects with AuthError when `arkor-auth` fails or the stored credentials cannot
 * be used, and with AnonymousTokenRejectedError when there is no identity to be had.
 */
export async function ensureCredentials(): Promise<Credentials> {
  const { env } = process;
  const binary = findBinary("arkor-auth", "ARKOR_AUTH_BIN", env);
  if (binary !== undefined) return await fromBinary(binary);
  const token = env["ARKOR_TOKEN"]?.trim();
  if (token) return { mode: "token", token };
  const stored = await readCredentials();
  if (stored === null) return await bootstrap();
  const [issuedBy, wanted] = [cloudApiUrl({}, stored), defaultArkorCloudApiUrl(stored)];
  if (issuedBy === wanted) return stored;
  throw new AuthError(
    "auth_failed",
    `The stored sign-in is for ${issuedBy} and goes nowhere else; ARKOR_CLOUD_API_URL says ${wanted}.`,
    { hint: "unset ARKOR_CLOUD_API_URL, or set ARKOR_TOKEN to a token for that address" },
  );
}

async function fromBinary(binary: string): Promise<Credentials> {
  const { token, mode, apiUrl, orgSlug } = await askForToken({ cwd: process.cwd() }, binary, []);
  if (mode === "anon" || mode === "oauth") {
    const stored = await readCredentials();
    if (stored !== null && bearer(stored) === token) return stored;
  }
  return { mode: "token", token, arkorCloudApiUrl: apiUrl, ...(orgSlug === null ? {} : { orgSlug }) };
}

async function bootstrap(): Promise<AnonymousCredentials> {
  const arkorCloudApiUrl = defaultArkorCloudApiUrl();
  const { token, anonymousId, orgSlug } = await requestAnonymousToken(arkorCloudApiUrl);
  const made = { mode: "anon", token, anonymousId, arkorCloudApiUrl, orgSlug } as const;
  await writeCredentials(made);
  return made;
}
