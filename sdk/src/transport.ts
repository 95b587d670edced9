import { readText } from "./answer.ts";
import { bearer, type Credentials } from "./credentials.ts";
import { reportDeprecation, type DeprecationNotice } from "./deprecation.ts";
import { CloudApiError, ResponseShapeError } from "./errors.ts";
import { errorCode, errorMessage, retryAfter } from "./error-body.ts";
import { asRecord } from "./json.ts";
import { ShapeProblem } from "./shape.ts";
import { version } from "./version.ts";

/** What is read of an answer at most: a list of all jobs is the largest of them. */
const maxAnswerBytes = 256 * 1024 * 1024;
const maxErrorBytes = 1024 * 1024;

/** Where requests go and with which token. */
export interface Access {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly token: string;
}

/** Supplies the access for each request. */
export interface AccessSource {
  current(): Promise<Access>;
  /**
   * Called after a 401. Returns another access to repeat the request with, or
   * undefined when there is none.
   */
  rejected(token: string): Promise<Access | undefined>;
}

/** Access that never changes. Throws AuthError for a token that cannot be sent. */
export function fixedAccess(baseUrl: string, credentials: Credentials): AccessSource {
  const access = { baseUrl, token: bearer(credentials) };
  return {
    current: () => Promise.resolve(access),
    rejected: () => Promise.resolve(undefined),
  };
}

export interface TransportOptions {
  readonly source: AccessSource;
  readonly fetch?: typeof fetch | undefined;
  readonly onDeprecation?: ((notice: DeprecationNotice) => unknown) | undefined;
}

export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  /** Path segments, not yet encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Opens the body anew for each attempt; not together with `json`. */
  readonly stream?: (() => ReadableStream<Uint8Array>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests of the cloud API: headers, token, errors, deprecation notices. */
export class Transport {
  readonly #source: AccessSource;
  readonly #fetch: typeof fetch;
  readonly #onDeprecation: ((notice: DeprecationNotice) => unknown) | undefined;

  constructor(options: TransportOptions) {
    this.#source = options.source;
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#onDeprecation = options.onDeprecation;
  }

  /** Resolves with a 2xx answer, its body unread. Anything else throws. */
  async send(call: Call): Promise<Response> {
    const access = await this.#source.current();
    let response = await this.#once(call, access);
    if (response.status === 401) {
      const refused = await toError(response);
      const other = await this.#source.rejected(access.token);
      if (other === undefined) throw refused;
      response = await this.#once(call, other);
    }
    if (!response.ok) throw await toError(response);
    return response;
  }

  /** Sends a request whose answer says nothing but that it worked. */
  async run(call: Call): Promise<void> {
    const response = await this.send(call);
    // Letting go of the answer frees its connection.
    await response.body?.cancel();
  }

  /** Sends a request and reads the answer through `parse`. */
  async read<T>(call: Call, parse: (body: Readonly<Record<string, unknown>>) => T): Promise<T> {
    const response = await this.send(call);
    const where = `${call.method} /${call.path.join("/")}`;
    let body: unknown;
    try {
      body = await readJson(response, where);
    } catch (cause) {
      // Anything else is the connection breaking.
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new ResponseShapeError(`unexpected answer to ${where}: it is not JSON`, { cause });
    }
    try {
      const record = asRecord(body);
      if (record === undefined) throw new ShapeProblem("the body", "is not an object");
      return parse(record);
    } catch (error) {
      if (!(error instanceof ShapeProblem)) throw error;
      throw new ResponseShapeError(`unexpected answer to ${where}: ${error.message}`);
    }
  }

  async #once(call: Call, access: Access): Promise<Response> {
    const path = call.path.map(segment).join("/");
    const query = new URLSearchParams(call.query).toString();
    const headers = new Headers(call.headers);
    headers.set("X-Arkor-Client", `arkor/${version}`);
    headers.set("Authorization", `Bearer ${access.token}`);
    // The API redirects nowhere, and neither token nor data may leave its host.
    const init: RequestInit & { duplex?: "half" } = { method: call.method, headers, redirect: "manual" };
    if (call.signal !== undefined) init.signal = call.signal;
    if (call.json !== undefined) {
      headers.set("Content-Type", "application/json");
      init.body = JSON.stringify(call.json);
    } else if (call.stream !== undefined) {
      init.body = call.stream();
      init.duplex = "half";
    }
    const send = this.#fetch;
    const response = await send(`${access.baseUrl}/${path}${query && `?${query}`}`, init);
    reportDeprecation(response.headers, this.#onDeprecation);
    return response;
  }
}

/** Ids that an address would swallow, and so reach another route, are refused. */
function segment(id: string): string {
  if (id === "" || id === "." || id === "..") throw new TypeError(`${JSON.stringify(id)} is not an id`);
  return encodeURIComponent(id);
}

async function readJson(response: Response, where: string): Promise<unknown> {
  // Test doubles may have nothing but this method.
  if (!response.body) return await response.json();
  const { text, cut } = await readText(response, maxAnswerBytes);
  if (cut) throw new ResponseShapeError(`unexpected answer to ${where}: it is longer than ${maxAnswerBytes} bytes`);
  return JSON.parse(text);
}

/** Reads the answer, up to a bound, which also frees its connection. */
async function toError(response: Response): Promise<CloudApiError> {
  const body = await readText(response, maxErrorBytes).then(({ text }) => text, () => "");
  return new CloudApiError(response.status, errorMessage(response.status, body), {
    code: errorCode(body),
    retryAfterMs: retryAfter(response.headers),
  });
}
