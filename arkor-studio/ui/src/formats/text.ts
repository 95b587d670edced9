/** How names, numbers and sizes are written. */

import { fieldsOf, textOf, type Fields } from "../net/shapes.ts";
import { nothing } from "./time.ts";

export { nothing };

/** The ends of a text that is too long for its place. */
export function truncateMiddle(text: string, head: number, tail: number): string {
  const characters = [...text];
  if (characters.length <= head + tail + 1) return text;
  return characters.slice(0, head).join("") + "…" + characters.slice(characters.length - tail).join("");
}

export function capitalise(text: string): string {
  return text === "" ? "" : text[0]?.toUpperCase() + text.slice(1);
}

export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return nothing;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let size = bytes;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** A stretch of a sentence. */
export interface Span {
  readonly text: string;
  readonly isCode: boolean;
}

/** Splits a sentence at its pairs of backticks. */
export function spansOf(sentence: string): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const match of sentence.matchAll(/`([^`\n]+)`/g)) {
    spans.push({ text: sentence.slice(from, match.index), isCode: false }, { text: match[1] ?? "", isCode: true });
    from = match.index + match[0].length;
  }
  spans.push({ text: sentence.slice(from), isCode: false });
  return spans.filter(({ text }) => text !== "");
}

const grouped = new Intl.NumberFormat("en");

/** 100000 as "100,000". */
export function formatCount(n: number): string {
  return grouped.format(n);
}

export function plural(n: number, one: string, many = one + "s"): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

/** A number as short as it can be read: 4 significant digits. */
export function formatNumber(n: number | null | undefined): string {
  if (n === null || n === undefined || !Number.isFinite(n)) return nothing;
  if (n === 0) return "0";
  const size = Math.abs(n);
  if (size < 1e-3 || size >= 1e7) return n.toExponential(2).replace("e+", "e");
  return size >= 1000 ? formatCount(Math.round(n)) : String(Number(n.toPrecision(4)));
}

/** What a job was trained on: the first of the places that say so. */
export function datasetLabel(config: Fields): string {
  const nested = fieldsOf(config["dataset"])["source"];
  for (const candidate of [config["datasetSource"], config["dataset"], nested]) {
    const label = sourceLabel(fieldsOf(candidate));
    if (label !== "") return label;
  }
  return nothing;
}

function sourceLabel(source: Fields): string {
  const name = textOf(source["name"]);
  const parts = [textOf(source["subset"]), textOf(source["split"])].filter((part) => part !== "");
  if (name !== "") return parts.length > 0 ? `${name} (${parts.join("/")})` : name;
  const file = textOf(source["path"]) || textOf(source["filename"]);
  if (file !== "") return file;
  const id = textOf(source["datasetId"]);
  return textOf(source["url"]) || (id === "" ? "" : truncateMiddle(id, 14, 4));
}
