/** A chart as an SVG: the same lines, scales and marks as on the page, for papers and slides. */

import { formatNumber } from "../formats/text.ts";
import type { Entry } from "./legend.tsx";
import type { PlotData, Range } from "./plot.ts";
import { distancesOf, digitsOf, placeText, spanOf, spread, withoutOutliers } from "./scale.ts";
import { positionOf, thin } from "./thin.ts";

export interface Picture extends PlotData {
  readonly title: string;
  readonly range: Range | null;
  readonly legend: readonly Entry[];
  /** What a custom property of the page stands for. */
  readonly color: (name: string) => string;
  readonly font: string;
}

const width = 960;
const height = 420;
const box = { left: 64, top: 48, right: 900, bottom: 340 };
/** So many points are drawn of each line, at most about four times. */
const stretches = box.right - box.left;

export function svgOf(picture: Picture): string {
  const { axis, xs, lines, log, range, color } = picture;
  const [from, to] = range ?? spanOf(xs);
  const first = range ? Math.max(positionOf(xs, from) - 1, 0) : 0;
  const end = range ? Math.min(positionOf(xs, to) + 2, xs.length) : xs.length;
  const kept = thin(xs, lines.map((line) => line.values), first, end, stretches);
  const drawable = (value: number | null | undefined): value is number => value !== null && value !== undefined && (!log || value > 0);
  const values = lines.filter((line) => !line.right && !line.faint).flatMap((line) => kept.map((at) => line.values[at]).filter(drawable));
  const near = picture.clip ? withoutOutliers(values) : null;
  const [low, high] = near ?? [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
  const y = log ? logScale(low, high) : linearScale(...spread(low, high));
  const most = lines.filter((line) => line.right).flatMap((line) => kept.map((at) => line.values[at] ?? 0)).reduce((a, b) => Math.max(a, b), 0);
  const right = linearScale(0, most * 1.08 || 1);
  const x = (place: number): number => box.left + ((place - from) / (to - from || 1)) * (box.right - box.left);
  const parts: string[] = [];
  const text = (content: string, at: readonly [number, number], more: string): void => {
    parts.push(`<text x="${short(at[0])}" y="${short(at[1])}" ${more}>${escape(content)}</text>`);
  };
  const quiet = `fill="${color("--ink-quiet")}"`;
  text(picture.title, [box.left, 28], `fill="${color("--ink")}" font-size="16" font-weight="600"`);
  for (const tick of y.ticks) {
    parts.push(`<path d="M${box.left} ${short(y.place(tick))}H${box.right}" stroke="${color("--grid")}"/>`);
    text(y.label(tick), [box.left - 8, y.place(tick) + 4], `${quiet} text-anchor="end"`);
  }
  for (const tick of ticksOf(from, to, distancesOf(axis), 9)) text(placeText(axis, tick), [x(tick), box.bottom + 20], `${quiet} text-anchor="middle"`);
  if (lines.some((line) => line.right)) {
    for (const tick of right.ticks) text(tick === 0 ? "0" : tick.toExponential(1), [box.right + 8, right.place(tick) + 4], quiet);
  }
  parts.push(`<clipPath id="box"><rect x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}"/></clipPath>`, '<g clip-path="url(#box)">');
  for (const line of lines) {
    const scale = line.right ? right : y;
    const points = kept.flatMap((at) => {
      const value = line.values[at];
      return drawable(value) || (line.right && typeof value === "number") ? [[x(xs[at] ?? 0), scale.place(value)] as const] : [];
    });
    const stroke = color(line.color);
    const path = points.map(([px, py], at) => `${at === 0 ? "M" : "L"}${short(px)} ${short(py)}`).join("");
    const dash = line.dash && line.dash.length > 0 ? ` stroke-dasharray="${line.dash.join(" ")}"` : "";
    parts.push(`<path d="${path}" fill="none" stroke="${stroke}" stroke-width="${line.width ?? 1.75}" stroke-linejoin="round"${dash}${line.faint ? ' opacity="0.3"' : ""}/>`);
    if (line.dots || points.length === 1) for (const [px, py] of points) parts.push(`<circle cx="${short(px)}" cy="${short(py)}" r="2.5" fill="${stroke}"/>`);
  }
  for (const mark of picture.marks) {
    if (mark.kind === "best" && mark.y !== undefined) {
      parts.push(`<circle cx="${short(x(mark.x))}" cy="${short(y.place(mark.y))}" r="6" fill="none" stroke="${color("--eval")}" stroke-width="1.75"/>`);
    }
  }
  parts.push("</g>");
  for (const mark of picture.marks) {
    if (mark.kind === "checkpoint" && mark.x >= from && mark.x <= to) {
      parts.push(`<path d="M${short(x(mark.x))} ${box.bottom - 4.5}l4.5 4.5-4.5 4.5-4.5-4.5Z" fill="${color("--mark")}"/>`);
    }
  }
  parts.push(...legendOf(picture.legend, color));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${escape(picture.font)}" font-size="12">` +
    `<title>${escape(picture.title)}</title><rect width="${width}" height="${height}" fill="${color("--surface")}"/>${parts.join("")}</svg>\n`
  );
}

interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
  readonly label: (value: number) => string;
}

function linearScale(low: number, high: number): Scale {
  const distances = Array.from({ length: 30 }, (_, power) => [1, 2, 2.5, 5].map((n) => n * 10 ** (power - 15))).flat();
  const ticks = ticksOf(low, high, distances, 6);
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  return {
    place: (value) => box.bottom - ((value - low) / (high - low || 1)) * (box.bottom - box.top),
    ticks,
    label: (value) => value.toFixed(digitsOf(step)),
  };
}

/** Whole powers of ten around the values, as on the page. */
function logScale(low: number, high: number): Scale {
  const from = Math.floor(Math.log10(Number.isFinite(low) ? low : 0.1));
  const to = Math.max(Math.ceil(Math.log10(Number.isFinite(high) ? high : 10)), from + 1);
  return {
    place: (value) => box.bottom - ((Math.log10(value) - from) / (to - from)) * (box.bottom - box.top),
    ticks: Array.from({ length: to - from + 1 }, (_, power) => 10 ** (from + power)),
    label: formatNumber,
  };
}

/** The smallest of the distances with which no more ticks than most fit. */
export function ticksOf(low: number, high: number, distances: readonly number[], most: number): readonly number[] {
  const step = distances.find((distance) => (high - low) / distance < most) ?? high - low;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

function legendOf(entries: readonly Entry[], color: (name: string) => string): readonly string[] {
  let left = box.left;
  return entries.map(({ label, color: name, shape, dash }) => {
    const at = `translate(${left} ${box.bottom + 48})`;
    left += 50 + label.length * 6.6;
    const stroke = color(name);
    const sign =
      shape === "diamond"
        ? `<path d="M12-4l4 4-4 4-4-4Z" fill="${stroke}"/>`
        : shape === "ring"
          ? `<circle cx="12" r="3.6" fill="none" stroke="${stroke}" stroke-width="1.6"/>`
          : `<path d="M0 0h24" stroke="${stroke}" stroke-width="2.2"${dash && dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : ""}/>`;
    return `<g transform="${at}">${sign}<text x="30" y="4" fill="${color("--ink-quiet")}">${escape(label)}</text></g>`;
  });
}

function short(n: number): string {
  return String(Math.round(n * 10) / 10);
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
