/** How a reader wants to see the curves. */

import type { Range } from "../chart/plot.ts";
import type { Axis } from "../chart/scale.ts";
import { fieldsOf, numberOf } from "../net/shapes.ts";
import type { Query } from "../router/route.ts";
import { axes } from "./axis.ts";

export interface ChartChoices {
  /** From 0, for none, to below 1. */
  readonly smoothing: number;
  readonly log: boolean;
  /** Whether values far from the others may lie outside of the picture. */
  readonly clip: boolean;
  readonly axis: Axis;
  /** Whether the learning rate is drawn too. */
  readonly rate: boolean;
  /** Whether there are charts of what else was logged. */
  readonly more: boolean;
  readonly advanced: boolean;
}

/** What was stored. The statistics are off at first on every visit. */
export function parseChoices(value: unknown): ChartChoices {
  const { smoothing, log, clip, axis, rate, more } = fieldsOf(value);
  const weight = numberOf(smoothing);
  return {
    smoothing: weight !== null && weight >= 0 && weight < 1 ? weight : 0,
    log: log === true,
    clip: clip === true,
    axis: axes.find((name) => name === axis) ?? "step",
    rate: rate === true,
    more: more === true,
    advanced: false,
  };
}

/** A look at a chart that an address names: all of the choices, and the part that is shown. */
export interface Look {
  readonly choices: ChartChoices;
  readonly range: Range | null;
}

/** null for an address that names none. */
export function lookOf(query: Query | undefined): Look | null {
  if (query?.["x"] === undefined) return null;
  const show = (query["show"] ?? "").split(",");
  const choices = parseChoices({
    smoothing: Number(query["smoothing"] ?? 0),
    log: show.includes("log"),
    clip: show.includes("clip"),
    axis: query["x"],
    rate: show.includes("rate"),
    more: show.includes("more"),
  });
  const [from, to] = [query["from"], query["to"]].map((text) => (text === undefined || text.trim() === "" ? NaN : Number(text)));
  const named = from !== undefined && to !== undefined && Number.isFinite(from) && Number.isFinite(to) && from < to;
  return { choices: { ...choices, advanced: show.includes("advanced") }, range: named ? [from, to] : null };
}

export function queryOfLook({ choices, range }: Look): Query {
  const show = (["log", "clip", "rate", "more", "advanced"] as const).filter((name) => choices[name]);
  const short = (place: number | undefined): string => (place === undefined ? "" : String(Number(place.toPrecision(8))));
  return {
    x: choices.axis,
    smoothing: choices.smoothing === 0 ? "" : String(choices.smoothing),
    show: show.join(","),
    from: short(range?.[0]),
    to: short(range?.[1]),
  };
}
