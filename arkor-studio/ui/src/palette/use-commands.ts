import { useEffect, useRef } from "preact/hooks";

import { useStudio } from "../studio.ts";
import type { Command } from "./commands.ts";

/** Offers commands for as long as the component is there. They are told anew when their names change. */
export function useCommands(list: readonly Command[]): void {
  const { commands } = useStudio();
  const latest = useRef(list);
  latest.current = list;
  const names = list.map(({ name, note, key }) => [name, note, key].join("\n")).join("\n\n");
  useEffect(() => commands.add(latest.current.map((command, at) => ({ ...command, run: () => latest.current[at]?.run() }))), [commands, names]);
}
