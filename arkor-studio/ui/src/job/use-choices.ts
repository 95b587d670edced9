import { useEffect, useState } from "preact/hooks";

import type { Range } from "../chart/plot.ts";
import { recall, remember } from "../playground/stored.ts";
import type { Query } from "../router/route.ts";
import { lookOf, parseChoices, type ChartChoices, type Look } from "./choices.ts";

export interface ChartLook extends Look {
  readonly choose: (change: Partial<ChartChoices>) => void;
  readonly zoom: (range: Range | null) => void;
}

const storage = (): Storage => localStorage;

/**
 * The reader's choices, which a project keeps for the next visit. An address
 * that names a look shows that one, until the reader chooses something else.
 */
export function useChartLook(projectId: string, query: Query | undefined, onChange: () => void): ChartLook {
  const key = `arkor-studio-chart ${projectId}`;
  const named = query === undefined ? "" : JSON.stringify(query);
  const seed = (): Look => lookOf(query) ?? { choices: parseChoices(recall(storage, key)), range: null };
  const [state, setState] = useState(() => ({ look: seed(), key, named }));
  useEffect(() => {
    // A look that is being left behind by its reader is not what the address says any more.
    if (state.key !== key || (state.named !== named && named !== "")) setState({ look: seed(), key, named });
  }, [key, named]);
  const { look } = state;
  const change = (next: Look): void => {
    setState({ look: next, key, named: "" });
    onChange();
  };
  return {
    ...look,
    choose: (part) => {
      const choices = { ...look.choices, ...part };
      remember(storage, key, choices);
      // What was a stretch of steps is none of hours.
      change({ choices, range: choices.axis === look.choices.axis ? look.range : null });
    },
    zoom: (range) => change({ ...look, range }),
  };
}
