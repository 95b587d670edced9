import type { Compared } from "./use-compared.ts";

/** Names that tell the runs apart: those of the same name have a part of their id behind it. */
export function namesOf(runs: readonly Pick<Compared, "id" | "job">[]): readonly string[] {
  const names = runs.map(({ id, job }) => job?.name || id);
  return runs.map(({ id }, at) => {
    const name = names[at] ?? id;
    return names.filter((other) => other === name).length > 1 ? `${name} ${id.slice(0, 6)}` : name;
  });
}
