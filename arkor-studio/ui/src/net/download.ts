/** Saves what only a request with the token can get, or what the page made itself. */

import type { Api } from "./api.ts";

export async function downloadFrom(api: Api, path: string, name: string): Promise<void> {
  const response = await api.open(path);
  save(await response.blob(), name);
}

export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
