/** A job's configuration as rows: nested names joined by dots. */

import type { Fields } from "../net/shapes.ts";

export type ConfigRow = readonly [name: string, value: string];

const maxDepth = 4;

export function configRows(config: Fields, prefix = "", depth = 0): readonly ConfigRow[] {
  return Object.entries(config).flatMap(([key, value]): readonly ConfigRow[] => {
    const name = prefix + key;
    const nests = typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    if (nests && depth < maxDepth) return configRows(value as Fields, name + ".", depth + 1);
    return [[name, typeof value === "string" ? value : (JSON.stringify(value) ?? "")]];
  });
}

export interface Difference {
  readonly name: string;
  /** One for each configuration; null where it has none of that name. */
  readonly values: readonly (string | null)[];
  readonly differs: boolean;
}

/** Configurations side by side, in the order of the first mention. */
export function compareConfigs(configs: readonly Fields[]): readonly Difference[] {
  const maps = configs.map((config) => new Map(configRows(config)));
  const names = new Set(maps.flatMap((map) => [...map.keys()]));
  return [...names].map((name) => {
    const values = maps.map((map) => map.get(name) ?? null);
    return { name, values, differs: new Set(values).size > 1 };
  });
}
