// The one client of the server behind the page.

export interface Job {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly createdAt: string;
}

export interface Manifest {
  readonly trainer?: { readonly name: string } | null;
  readonly error?: string;
  readonly hint?: string;
}

const token = document.querySelector<HTMLMetaElement>('meta[name="arkor-studio-token"]')?.content ?? "";

/** Asks the server; a refusal is an Error with the server's own words. */
export async function get(path: string, signal?: AbortSignal): Promise<unknown> {
  const answer = await fetch(path, { headers: { "X-Arkor-Studio-Token": token }, signal: signal ?? null });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(textOf(body) ?? `${answer.status} ${answer.statusText}`);
  return body;
}

function textOf(body: unknown): string | null {
  return typeof body === "object" && body !== null && "error" in body && typeof body.error === "string" ? body.error : null;
}

export function jobsIn(body: unknown): readonly Job[] {
  if (typeof body !== "object" || body === null || !("jobs" in body) || !Array.isArray(body.jobs)) return [];
  return body.jobs.filter((job): job is Job => typeof job?.id === "string" && typeof job?.name === "string");
}

/** Calls back for each state of the manifest, now and whenever the sources change. */
export function watchManifest(heard: (manifest: Manifest) => void): () => void {
  const stream = new EventSource("/api/stream");
  stream.addEventListener("manifest", (event: MessageEvent<string>) => heard(JSON.parse(event.data) as Manifest));
  return () => stream.close();
}
