/** The bridge to uPlot: draws lines of any length, and keeps a cursor on them. */

import uPlot from "uplot";

import { formatNumber } from "../formats/text.ts";
import { drawMarks, type Mark } from "./marks.ts";
import { digitsOf, distancesOf, placeText, spanOf, spread, withoutOutliers, type Axis } from "./scale.ts";
import { positionOf, thin, type Values } from "./thin.ts";

export interface Line {
  readonly label: string;
  /** A custom property of the page's colours. */
  readonly color: string;
  readonly values: Values;
  readonly width?: number;
  readonly dash?: readonly number[];
  /** A dot on each value, for lines with few of them. */
  readonly dots?: boolean;
  /** A soft area below. */
  readonly area?: boolean;
  /** On the axis of the right side. */
  readonly right?: boolean;
  /** A line behind another one, of which the cursor takes no notice. */
  readonly faint?: boolean;
}

export interface PlotData {
  readonly axis: Axis;
  /** Rising. */
  readonly xs: readonly number[];
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  readonly log: boolean;
  /** Whether values far from the others may lie outside of the picture. */
  readonly clip: boolean;
  /** In pixels; 240 without one. */
  readonly height?: number;
}

export type Range = readonly [from: number, to: number];

export interface PlotEvents {
  readonly readout: (at: number) => string;
  readonly onRange: (range: Range | null) => void;
  readonly onPick: (at: number) => void;
}

const usualHeight = 240;
const minWidth = 280;
/** A chart that is lower than this is one of several side by side. */
const smallHeight = 160;

export class Plot {
  readonly #place: HTMLElement;
  readonly #events: PlotEvents;
  readonly #tip = document.createElement("div");
  readonly #size: ResizeObserver;
  readonly #style: CSSStyleDeclaration;
  #plot: uPlot | null = null;
  #shape = "";
  #data: PlotData = { axis: "step", xs: [], lines: [], marks: [], log: false, clip: false };
  #range: Range | null = null;
  /** The values that must be in the picture; null for all. */
  #near: readonly [number, number] | null = null;
  /** The positions of the data that are drawn. */
  #kept: readonly number[] = [];
  /** Where the cursor stands, as a position of the data. */
  #at: number | null = null;

  constructor(place: HTMLElement, events: PlotEvents) {
    this.#place = place;
    this.#events = events;
    this.#style = getComputedStyle(document.documentElement);
    this.#tip.className = "chart-tip";
    this.#tip.setAttribute("aria-hidden", "true");
    this.#size = new ResizeObserver(() => {
      if (this.#plot && this.#plot.width !== this.#width()) this.draw(this.#data, this.#range);
    });
    this.#size.observe(place);
  }

  draw(data: PlotData, range: Range | null): void {
    this.#data = data;
    this.#range = range;
    const width = this.#width();
    const { xs } = data;
    const first = range ? Math.max(positionOf(xs, range[0]) - 1, 0) : 0;
    const end = range ? Math.min(positionOf(xs, range[1]) + 2, xs.length) : xs.length;
    this.#kept = thin(xs, data.lines.map((line) => line.values), first, end, width);
    const shape = JSON.stringify([width, data.axis, data.log, data.clip, this.#kept.length === 1, data.lines.map(({ values: _, ...rest }) => rest)]);
    const positive = (value: number | null | undefined): number | null => (value === null || value === undefined || (data.log && value <= 0) ? null : value);
    const drawn = [
      this.#kept.map((at) => xs[at] ?? 0),
      ...data.lines.map((line) => this.#kept.map((at) => (line.right ? (line.values[at] ?? null) : positive(line.values[at])))),
    ] as uPlot.AlignedData;
    const values = drawn.slice(1).filter((_, line) => !data.lines[line]?.right && !data.lines[line]?.faint);
    this.#near = data.clip ? withoutOutliers(values.flatMap((line) => [...line].filter((value) => typeof value === "number"))) : null;
    if (this.#plot === null || shape !== this.#shape) {
      this.#plot?.destroy();
      this.#plot = new uPlot(this.#options(width), drawn, this.#place);
      this.#plot.over.append(this.#tip);
      this.#shape = shape;
    } else {
      this.#plot.setData(drawn);
    }
    this.#show(this.#at);
  }

  destroy(): void {
    this.#size.disconnect();
    this.#plot?.destroy();
  }

  /** Moves the cursor by so many points that are drawn; returns where it stands. */
  move(by: number): number | null {
    if (this.#kept.length === 0) return null;
    const last = this.#kept.length - 1;
    const now = this.#at === null ? (by > 0 ? -1 : last + 1) : positionOf(this.#kept, this.#at);
    const next = Math.min(Math.max(by === -Infinity ? 0 : by === Infinity ? last : now + by, 0), last);
    this.#show(this.#kept[next] ?? null);
    return this.#at;
  }

  pick(): void {
    if (this.#at !== null) this.#events.onPick(this.#at);
  }

  leave(): void {
    this.#show(null);
  }

  #width(): number {
    const width = Math.floor(this.#place.clientWidth);
    return this.#isSmall() ? Math.max(width, 1) : Math.max(width, minWidth);
  }

  #isSmall(): boolean {
    return (this.#data.height ?? usualHeight) < smallHeight;
  }

  #color(name: string): string {
    return this.#style.getPropertyValue(name).trim();
  }

  /** Puts cursor and tip on a position. */
  #show(at: number | null): void {
    this.#at = at !== null && at < this.#data.xs.length ? at : null;
    const plot = this.#plot;
    if (!plot) return;
    const x = this.#at === null ? -10 : plot.valToPos(this.#data.xs[this.#at] ?? 0, "x");
    plot.setCursor({ left: x, top: this.#at === null ? -10 : 0 }, false);
    this.#place.classList.toggle("chart-on", this.#at !== null);
    if (this.#at === null) return;
    this.#tip.textContent = this.#events.readout(this.#at);
    const room = plot.over.clientWidth - this.#tip.offsetWidth;
    this.#tip.style.transform = `translateX(${Math.min(Math.max(x - this.#tip.offsetWidth / 2, 0), Math.max(room, 0))}px)`;
  }

  #options(width: number): uPlot.Options {
    const quiet = this.#color("--ink-quiet");
    const grid = { stroke: this.#color("--grid"), width: 1 };
    const font = `12px ${this.#color("--sans")}`;
    const axis = { stroke: quiet, font, grid, ticks: { show: false }, border: { show: false } };
    const { axis: name, lines, log, height = usualHeight } = this.#data;
    const small = this.#isSmall();
    const right = lines.some((line) => line.right);
    return {
      width,
      height,
      padding: [small ? 8 : 16, right ? 0 : small ? 12 : 28, 0, 0],
      legend: { show: false },
      focus: { alpha: 1 },
      scales: {
        x: { time: false, range: () => this.#xRange() },
        y: log
          ? { distr: 3, range: (_, min, max) => uPlot.rangeLog(this.#near?.[0] ?? min ?? 0.1, this.#near?.[1] ?? max ?? 10, 10, false) }
          : { range: (_, min, max) => spread(this.#near?.[0] ?? min, this.#near?.[1] ?? max) },
        right: { range: (_, min, max) => [0, Math.max(max ?? 0, Number.MIN_VALUE) * 1.08 || min || 1] },
      },
      axes: [
        { ...axis, size: 28, gap: 6, space: 70, incrs: distancesOf(name), values: (_, splits) => splits.map((x) => placeText(name, x)) },
        {
          ...axis,
          scale: "y",
          size: small ? 58 : 52,
          gap: 8,
          space: small ? 28 : 40,
          values: (_, splits, __, ___, step) => splits.map((y) => (y === null ? "" : log || small ? formatNumber(y) : y.toFixed(digitsOf(step)))),
        },
        ...(right ? [{ ...axis, scale: "right", side: 1 as const, size: 62, gap: 8, space: 40, grid: { show: false }, values: (_: uPlot, splits: number[]) => splits.map((y) => (y === 0 ? "0" : y.toExponential(1))) }] : []),
      ],
      series: [{}, ...lines.map((line) => this.#series(line))],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: { size: (_, series) => (lines[series - 1]?.faint ? 0 : 8), width: 2, fill: () => this.#color("--surface") },
        bind: {
          dblclick: () => () => (this.#events.onRange(null), null),
          click: () => () => (this.pick(), null),
        },
      },
      hooks: {
        setSelect: [(plot) => this.#select(plot)],
        setCursor: [(plot) => this.#hover(plot)],
        draw: [(plot) => drawMarks(plot, this.#data.marks, (name) => this.#color(name))],
      },
    };
  }

  #series(line: Line): uPlot.Series {
    const color = this.#color(line.color);
    return {
      label: line.label,
      scale: line.right ? "right" : "y",
      stroke: line.faint ? `color-mix(in srgb, ${color} 30%, transparent)` : color,
      width: line.width ?? 1.75,
      spanGaps: true,
      ...(line.dash && { dash: [...line.dash] }),
      ...(line.area && { fill: `color-mix(in srgb, ${color} 9%, transparent)` }),
      points: line.dots || this.#kept.length === 1 ? { show: true, size: 5, fill: color } : { show: false },
    };
  }

  #xRange(): [number, number] {
    return this.#range ? [this.#range[0], this.#range[1]] : spanOf(this.#data.xs);
  }

  #select(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const range: Range = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events.onRange(range);
  }

  /** The mouse moved, or left. */
  #hover(plot: uPlot): void {
    const { left, idx } = plot.cursor;
    if (left === undefined || left < 0 || idx === null || idx === undefined) this.#show(null);
    else this.#show(this.#kept[idx] ?? null);
  }
}
