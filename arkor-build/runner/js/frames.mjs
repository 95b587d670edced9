// Places in the user's own sources, for runtimes that name the bundle's (bun).

import { readFileSync } from "node:fs";
import module from "node:module";
import { dirname, resolve } from "node:path";

/** Returns the lines of a stack with places in a bundle as places in its sources. */
export function inSources(lines, bundle) {
  if (!bundle || !lines.some((line) => line.includes(`${bundle}:`))) return lines;
  try {
    const map = new module.SourceMap(JSON.parse(readMap(bundle)));
    return lines.map((line) => inSource(line, bundle, map));
  } catch {
    return lines; // a bundle without its map, or a runtime without the class
  }
}

// The map lies beside the bundle, or in its last line.
function readMap(bundle) {
  const [, inline] = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(readFileSync(bundle, "utf8")) ?? [];
  return inline ? Buffer.from(inline, "base64").toString() : readFileSync(`${bundle}.map`, "utf8");
}

function inSource(line, bundle, map) {
  const [before, behind] = line.split(`${bundle}:`);
  const place = /^(\d+):(\d+)/.exec(behind ?? "");
  if (!place) return line;
  const { originalSource, originalLine, originalColumn } = map.findEntry(place[1] - 1, place[2] - 1);
  if (!originalSource) return line;
  const source = resolve(dirname(bundle), originalSource);
  return `${before}${source}:${originalLine + 1}:${originalColumn + 1}${behind.slice(place[0].length)}`;
}
