import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { TokenCredentials } from "../../src/credentials.ts";
import type { TrainerContext } from "../../src/trainer.ts";
import { FakeClock } from "./clock.ts";

export const scope = { orgSlug: "acme & co", projectSlug: "support/bot" };
export const timestamp = "2026-03-04T05:07:00.000Z";

export const job = {
  id: "j1",
  orgId: "o1",
  projectId: "p1",
  name: "triage",
  status: "queued",
  config: { model: "m" },
  createdAt: "2026-03-04T05:06:07.000Z",
};

/** One answer to the request for the event stream. */
export type Opening =
  | { readonly status: number; readonly error?: string; readonly retryAfter?: string }
  | { readonly throw: true }
  | {
      readonly body: string | Uint8Array;
      /** How the body ends; "open" leaves it open. */
      readonly then?: "eof" | "break" | "open";
    };

export interface Seen {
  readonly method: string;
  /** Path with its query, as sent. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Handler = (seen: Seen, response: ServerResponse) => void | Promise<void>;

/**
 * A cloud API on loopback. It refuses requests without client header, token or
 * scope, so that a lost parameter shows. Routes that a test does not set are
 * 404, but for those of a job.
 */
export class FakeCloud {
  readonly seen: Seen[] = [];
  readonly clock = new FakeClock();
  readonly #handlers = new Map<string, Handler>();
  #openings: Opening[] = [];
  #url = "";
  #cwd = "";
  tokens = ["t0"];

  static async start(t: TestContext): Promise<FakeCloud> {
    const cloud = new FakeCloud();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("error", () => undefined);
      request.on("end", () => {
        const url = new URL(request.url ?? "/", "http://x");
        const seen: Seen = {
          method: request.method ?? "",
          url: request.url ?? "",
          path: decodeURIComponent(url.pathname),
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        cloud.seen.push(seen);
        void cloud.#answer(seen, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cloud.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    cloud.#cwd = mkdtempSync(join(tmpdir(), "arkor-sdk-"));
    mkdirSync(join(cloud.#cwd, ".arkor"));
    const state = JSON.stringify({ ...scope, projectId: "p1" });
    writeFileSync(join(cloud.#cwd, ".arkor", "state.json"), state);
    t.after(() => {
      server.closeAllConnections();
      server.close();
      rmSync(cloud.#cwd, { recursive: true, force: true });
    });
    return cloud;
  }

  get url(): string {
    return this.#url;
  }

  /** A project folder whose state names the scope. */
  get cwd(): string {
    return this.#cwd;
  }

  /** Context of a trainer that talks to this cloud with a fixed token. */
  get context(): TrainerContext {
    return { baseUrl: this.url, cwd: this.cwd, clock: this.clock, env: {}, credentials };
  }

  /** Sets the answer of a route, named as in `GET /v1/models`. */
  on(route: string, handler: Handler): void {
    this.#handlers.set(route, handler);
  }

  /** Answers a route with JSON. */
  reply(route: string, status: number, body: unknown, headers: Record<string, string> = {}): void {
    this.on(route, (_, response) => {
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    });
  }

  /** Sets the answers to the next requests for the event stream. */
  stream(...openings: Opening[]): void {
    this.#openings = openings;
  }

  /** The requests of a route so far. */
  requests(route: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}` === route);
  }

  /** The `Last-Event-ID` of each request for the event stream. */
  get lastEventIds(): (string | null)[] {
    return this.requests("GET /v1/jobs/j1/events/stream").map(
      ({ headers }) => (headers["last-event-id"] as string | undefined) ?? null,
    );
  }

  async #answer(seen: Seen, response: ServerResponse): Promise<void> {
    const refuse = (status: number, error: string): void => {
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ error }));
    };
    if (!/^arkor\/\d+\.\d+\.\d+/.test(String(seen.headers["x-arkor-client"]))) {
      return refuse(426, "no client header");
    }
    const known = this.tokens.some((token) => seen.headers.authorization === `Bearer ${token}`);
    if (!known && !seen.path.startsWith("/v1/auth/")) return refuse(401, "bad token");
    const scoped = /^\/v1\/(jobs|datasets|inference|endpoints)\b/.test(seen.path);
    const right =
      seen.query.get("orgSlug") === scope.orgSlug &&
      seen.query.get("projectSlug") === scope.projectSlug;
    if (scoped && !right) return refuse(400, "wrong scope");
    const route = `${seen.method} ${seen.path}`;
    const handler = this.#handlers.get(route);
    if (handler !== undefined) return await handler(seen, response);
    if (route === "GET /v1/jobs/j1/events/stream") return this.#open(response);
    if (route === "POST /v1/jobs") {
      response.writeHead(201).end(JSON.stringify({ job }));
    } else if (route === "POST /v1/jobs/j1/cancel") {
      response.writeHead(200).end("{}");
    } else {
      refuse(404, "Not found");
    }
  }

  #open(response: ServerResponse): void {
    const opening = this.#openings.shift();
    if (opening === undefined) {
      response.writeHead(410).end('{"error":"more openings than the test has answers"}');
    } else if ("throw" in opening) {
      response.socket?.destroy();
    } else if ("status" in opening) {
      const { status, error, retryAfter } = opening;
      const headers = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
      response.writeHead(status, headers).end(error === undefined ? "" : JSON.stringify({ error }));
    } else {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.flushHeaders();
      const { body, then = "eof" } = opening;
      const finish = (): void => {
        if (then === "eof") response.end();
        if (then === "break") response.socket?.destroy();
      };
      if (body.length > 0) response.write(body, finish);
      else finish();
    }
  }
}

export const credentials: TokenCredentials = { mode: "token", token: "t0" };

/** One frame of the event stream. */
export function frame(id: number, payload: object): string {
  const full = { jobId: "j1", timestamp, ...payload };
  const name = (payload as { type?: string }).type ?? "message";
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(full)}\n\n`;
}

export const started = (id = 1): string => frame(id, { type: "training.started" });
export const log = (id: number, step = id): string => frame(id, { type: "training.log", step, loss: 1 });
export const checkpoint = (id: number, step = id): string => frame(id, { type: "checkpoint.saved", step });
export const completed = (id = 99): string => frame(id, { type: "training.completed", artifacts: ["a"] });
export const ping = "event: ping\ndata:\n\n";
