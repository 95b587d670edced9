import { useEffect, useRef, useState } from "preact/hooks";

import "uplot/dist/uPlot.min.css";
import "./chart.css";
import { useStudio, useValue } from "../studio.ts";
import { Plot, type PlotData, type Range } from "./plot.ts";

interface ChartProps extends PlotData {
  /** What the picture shows, in words. */
  readonly summary: string;
  /** What stands at a position of xs. */
  readonly readout: (at: number) => string;
  readonly range: Range | null;
  readonly onRange: (range: Range | null) => void;
  /** A click on the position. */
  readonly onPick?: (at: number) => void;
}

/** Curves that can be read with a mouse, with the keyboard, and by ear. */
export function Chart(props: ChartProps) {
  const { theme } = useStudio();
  const shown = useValue(theme.shown);
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [spoken, speak] = useState("");
  useEffect(() => {
    if (!place.current) return;
    const created = new Plot(place.current, {
      readout: (at) => latest.current.readout(at),
      onRange: (range) => latest.current.onRange(range),
      onPick: (at) => latest.current.onPick?.(at),
    });
    created.draw(latest.current, latest.current.range);
    plot.current = created;
    return () => {
      plot.current = null;
      created.destroy();
    };
  }, [shown]);
  useEffect(() => plot.current?.draw(props, props.range));

  function move(event: KeyboardEvent): void {
    const now = plot.current;
    if (!now) return;
    const big = event.shiftKey ? 10 : 1;
    const moves: Record<string, () => number | null> = {
      ArrowLeft: () => now.move(-big),
      ArrowRight: () => now.move(big),
      Home: () => now.move(-Infinity),
      End: () => now.move(Infinity),
    };
    if (event.key === "Escape") {
      now.leave();
      props.onRange(null);
    } else if (event.key === "Enter") {
      now.pick();
    } else {
      const at = moves[event.key]?.();
      if (at === undefined) return;
      if (at !== null) speak(props.readout(at));
    }
    event.preventDefault();
  }

  return (
    <div class="chart">
      <div ref={place} class={props.height === undefined ? "chart-place" : "chart-place chart-small"} role="img" aria-label={props.summary} tabIndex={0} onKeyDown={move} onBlur={() => plot.current?.leave()} />
      <span class="hidden" aria-live="polite">
        {spoken}
      </span>
    </div>
  );
}
