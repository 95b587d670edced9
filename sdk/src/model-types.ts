import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelList } from "./models.ts";

/** More than an editor could usefully complete. */
const maxModels = 1000;
const maxIdLength = 200;

/** Returns the declarations that make an editor complete what a backend trains. */
export function modelTypes(offer: ModelList): string {
  const ids = offer.models
    .filter(({ id, capabilities }) => capabilities.train && id.length <= maxIdLength)
    .map(({ id }) => id);
  const lines = [...new Set(ids)].sort().slice(0, maxModels).map((id) => `    ${JSON.stringify(id)}: true;`);
  return `// Written by arkor: the models that the backend of the last run trains.
export {};
declare module "arkor" {
  interface ArkorModels {
${lines.map((line) => `${line}\n`).join("")}  }
}
`;
}

/** Writes `.arkor/models.d.ts` of a project unless it is up to date. */
export async function writeModelTypes(cwd: string, offer: ModelList): Promise<void> {
  const folder = join(cwd, ".arkor");
  const path = join(folder, "models.d.ts");
  const text = modelTypes(offer);
  if ((await readFile(path, "utf8").catch(() => "")) === text) return;
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
