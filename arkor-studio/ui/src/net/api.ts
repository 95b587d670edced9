/** The one client of the server behind the page. */

import type { Link } from "./link.ts";

/** A refusal, in the words of whoever refused. */
export class ApiError extends Error {
  /** 0 when nobody answered. */
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, message: string, code = "", hint = "") {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export interface RequestOptions {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export class Api {
  readonly link: Link;
  readonly #token: string;
  readonly #fetch: typeof fetch;

  constructor(token: string, link: Link, fetcher: typeof fetch) {
    this.#token = token;
    this.link = link;
    this.#fetch = fetcher;
  }

  get(path: string, signal?: AbortSignal): Promise<unknown> {
    return this.ask(path, signal ? { signal } : {});
  }

  post(path: string, body?: unknown): Promise<unknown> {
    return this.ask(path, { method: "POST", ...(body !== undefined && { body }) });
  }

  delete(path: string): Promise<unknown> {
    return this.ask(path, { method: "DELETE" });
  }

  /** Answers with the body, null when it is empty; a refusal is an ApiError. */
  async ask(path: string, options: RequestOptions = {}): Promise<unknown> {
    const response = await this.open(path, options);
    const text = await response.text();
    if (text === "") return null;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ApiError(response.status, `The answer to ${path} is not JSON`);
    }
  }

  /** Answers with a response that is ok, its body unread: for streams and files. */
  async open(path: string, options: RequestOptions = {}): Promise<Response> {
    const headers: Record<string, string> = { ...options.headers, "X-Arkor-Studio-Token": this.#token };
    if (options.body !== undefined) headers["Content-Type"] = "application/json";
    const fetcher = this.#fetch;
    let response: Response;
    try {
      response = await fetcher(path, {
        method: options.method ?? "GET",
        headers,
        body: options.body === undefined ? null : JSON.stringify(options.body),
        signal: options.signal ?? null,
      });
    } catch (reason) {
      if (options.signal?.aborted) throw reason;
      this.link.lost();
      throw new ApiError(0, "Studio does not answer", "stopped");
    }
    this.link.headers(response.headers);
    if (response.ok) {
      this.link.heard(path, response.status, null);
      return response;
    }
    const error = errorOf(response.status, response.statusText, await response.text().catch(() => ""));
    this.link.heard(path, response.status, error.message, error.hint);
    throw error;
  }
}

/** The error in an answer: its own words, else its text, else its status. */
export function errorOf(status: number, statusText: string, text: string): ApiError {
  let body: unknown = null;
  try {
    body = JSON.parse(text) as unknown;
  } catch {
    // Not every answer is the server's own.
  }
  if (typeof body === "object" && body !== null) {
    const { error, code, hint } = body as Record<string, unknown>;
    if (typeof error === "string" && error !== "") {
      return new ApiError(status, error, typeof code === "string" ? code : "", typeof hint === "string" ? hint : "");
    }
  }
  const plain = text.trim();
  return new ApiError(status, plain !== "" && plain.length <= 500 && !plain.startsWith("<") ? plain : `${status} ${statusText}`.trim());
}

/** What to show of anything that was thrown. */
export function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Whether a backend does not have a route at all. */
export function isMissing(reason: unknown): boolean {
  return reason instanceof ApiError && (reason.status === 404 || reason.status === 405 || reason.status === 501);
}
