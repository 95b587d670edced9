import { createHash } from "node:crypto";
import process from "node:process";
import { cloudApiUrl, type Credentials } from "./credentials.ts";
import { AuthError } from "./errors.ts";
import { findBinary, type Environment } from "./find-binary.ts";
import { readProjectScope } from "./project-scope.ts";
import type { ProjectScope } from "./projects.ts";
import { runBinary } from "./run-binary.ts";
import { expiresSoon, parseTokenOutput, sameIdentity, type TokenOutput } from "./token-output.ts";
import { fixedAccess, type Access, type AccessSource } from "./transport.ts";

/** Longer than arkor-auth waits: for the lock, then for the provider. */
const tokenTimeoutMs = 75_000;

/** One identity for the whole life of a trainer. */
export interface Session extends AccessSource {
  /** The project that jobs belong to. */
  scope(): Promise<ProjectScope>;
  /** Called when the backend could not be reached; may bring it back. Never rejects. */
  unreachable(): Promise<void>;
}

export interface SessionOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** Beats the address that belongs to the credentials. */
  readonly baseUrl?: string | undefined;
  readonly credentials?: Credentials | undefined;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/**
 * Settles who we are: explicit credentials, else what `arkor-auth` says, else,
 * where there is no such binary, `ARKOR_TOKEN`.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { credentials, env } = options;
  if (credentials !== undefined) return fixedSession(options, credentials);
  const binary = findBinary("arkor-auth", "ARKOR_AUTH_BIN", env);
  if (binary !== undefined) return await BinarySession.open(options, binary);
  const token = env["ARKOR_TOKEN"]?.trim();
  if (token) return fixedSession(options, { mode: "token", token });
  throw new AuthError(
    "auth_unavailable",
    "No way to sign in: arkor-auth is not on PATH and ARKOR_TOKEN is not set.",
    { hint: "install arkor-auth, or set ARKOR_TOKEN together with ARKOR_CLOUD_API_URL" },
  );
}

function fixedSession(options: SessionOptions, credentials: Credentials): Session {
  const baseUrl = options.baseUrl?.replace(/\/+$/, "") ?? cloudApiUrl(options.env, credentials);
  const orgSlug = credentials.mode === "oauth" ? null : (credentials.orgSlug ?? null);
  return {
    ...fixedAccess(baseUrl, credentials),
    scope: () => readProjectScope(options.cwd, { mode: credentials.mode, orgSlug }),
    unreachable: () => Promise.resolve(),
  };
}

/** A session whose tokens come from `arkor-auth token`, which also renews them. */
class BinarySession implements Session {
  readonly #options: SessionOptions;
  readonly #binary: string;
  readonly #first: TokenOutput;
  #latest: TokenOutput;
  /** The token that we already tried to renew because of its age. */
  #renewalTried: string | undefined;
  #running: { readonly key: string; readonly result: Promise<TokenOutput> } | undefined;

  static async open(options: SessionOptions, binary: string): Promise<BinarySession> {
    return new BinarySession(options, binary, await askForToken(options, binary, ["--scope"]));
  }

  private constructor(options: SessionOptions, binary: string, first: TokenOutput) {
    this.#options = options;
    this.#binary = binary;
    this.#first = first;
    this.#latest = first;
  }

  async current(): Promise<Access> {
    const { token } = this.#latest;
    if (expiresSoon(this.#latest, this.#options.now()) && this.#renewalTried !== token) {
      this.#renewalTried = token;
      // A failure is not the end: the token may do, and a 401 asks again.
      await this.#ask([]).catch(unlessIdentityChanged);
    }
    return this.#access();
  }

  async rejected(token: string): Promise<Access | undefined> {
    // Somebody else's 401 may have brought a new one in the meantime.
    if (this.#latest.token !== token) return this.#access();
    // ARKOR_TOKEN passed through: there is nothing to renew it with.
    if (this.#latest.mode === "token") return undefined;
    const hash = createHash("sha256").update(token).digest("hex");
    const next = await this.#ask(["--rejected", hash]);
    return next.token === token ? undefined : this.#access();
  }

  async scope(): Promise<ProjectScope> {
    return this.#first.scope ?? (await readProjectScope(this.#options.cwd, this.#first));
  }

  async unreachable(): Promise<void> {
    // Asking for a token starts the local backend if it is gone.
    if (this.#first.mode === "local") await this.#ask([]).catch(() => undefined);
  }

  #access(): Access {
    const { token, apiUrl } = this.#latest;
    return { baseUrl: (this.#options.baseUrl ?? apiUrl).replace(/\/+$/, ""), token };
  }

  /** Runs the binary; callers that want the same at the same time share one run. */
  #ask(args: readonly string[]): Promise<TokenOutput> {
    const key = args.join(" ");
    if (this.#running?.key === key) return this.#running.result;
    const before = this.#running?.result;
    const result = (async () => {
      await before?.catch(() => undefined);
      const next = await askForToken(this.#options, this.#binary, args);
      if (!sameIdentity(this.#first, next)) {
        throw new AuthError(
          "identity_changed",
          "The sign-in changed while the job was being followed; the job goes on without us.",
          { hint: "start again to follow it with the new sign-in, or sign in as before" },
        );
      }
      this.#latest = next;
      return next;
    })();
    const running = { key, result };
    this.#running = running;
    const done = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    result.then(done, done);
    return result;
  }
}

/** Runs `arkor-auth token` in a project's folder. Rejects with AuthError. */
export async function askForToken(
  options: Pick<SessionOptions, "cwd">,
  binary: string,
  args: readonly string[],
): Promise<TokenOutput> {
  const outcome = await runBinary({
    path: binary,
    args: ["token", "--json", ...args],
    cwd: options.cwd,
    timeoutMs: tokenTimeoutMs,
    stderr: (line) => process.stderr.write(`${line}\n`),
  });
  switch (outcome.kind) {
    case "missing":
      throw new AuthError("auth_unavailable", `No way to sign in: ${binary} does not exist.`, {
        hint: "set ARKOR_AUTH_BIN to the arkor-auth executable, or unset it and set ARKOR_TOKEN",
      });
    case "failed":
      throw new AuthError("auth_failed", outcome.message, { hint: outcome.hint });
    case "done": {
      const output = parseTokenOutput(outcome.stdout);
      if (output !== undefined) return output;
      throw new AuthError("auth_failed", `${binary} printed something other than a token.`, {
        hint: "arkor-auth and the arkor package may be of different releases",
      });
    }
  }
}

function unlessIdentityChanged(error: unknown): void {
  if (error instanceof AuthError && error.code === "identity_changed") throw error;
}
