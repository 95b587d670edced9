/** How times are written. */

export const nothing = "N/A";

/** "45s", "1m 05s", "2h 05m 07s". */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return nothing;
  const seconds = Math.floor(ms / 1000);
  const s = seconds % 60;
  const m = Math.floor(seconds / 60) % 60;
  const h = Math.floor(seconds / 3600);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (h > 0) return `${h}h ${two(m)}m ${two(s)}s`;
  return m > 0 ? `${m}m ${two(s)}s` : `${s}s`;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const month = 30 * day;
const year = 365 * day;

/** Up to which distance a unit is used. */
const units: readonly (readonly [number, number, Intl.RelativeTimeFormatUnit])[] = [
  [45 * second, second, "second"],
  [45 * minute, minute, "minute"],
  [22 * hour, hour, "hour"],
  [26 * day, day, "day"],
  [320 * day, month, "month"],
  [Infinity, year, "year"],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 minutes ago", "yesterday", "in 2 hours". */
export function formatRelative(time: number, now: number): string {
  const distance = time - now;
  if (!Number.isFinite(distance)) return nothing;
  for (const [limit, size, unit] of units) {
    if (Math.abs(distance) < limit) return relative.format(Math.round(distance / size), unit);
  }
  return nothing;
}

/** "2026-03-04 05:06", in the reader's time zone. */
export function formatMinute(text: string | null): string {
  const time = new Date(text ?? "");
  if (Number.isNaN(time.getTime())) return nothing;
  return `${dateOf(time)} ${clockOf(time).slice(0, 5)}`;
}

/** "05:06:07", in the reader's time zone. */
export function formatClock(text: string | null): string {
  const time = new Date(text ?? "");
  return Number.isNaN(time.getTime()) ? "" : clockOf(time);
}

function dateOf(time: Date): string {
  return [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

function clockOf(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}

/** "4 to 8 min", of seconds; one number where both ends are the same. */
export function formatSpan(low: number, high: number): string {
  const [unit, size] = high < 90 ? ["s", 1] : high < 90 * 60 ? ["min", 60] : ["h", 3600];
  const from = Math.max(Math.round(low / size), 1);
  const to = Math.max(Math.round(high / size), from);
  return from === to ? `${to} ${unit}` : `${from} to ${to} ${unit}`;
}

/** How long a job took, or takes until now; NaN where that is not known. */
export function durationOf(job: { status: string; startedAt: string | null; completedAt: string | null }, now: number): number {
  const start = Date.parse(job.startedAt ?? "");
  const end = Date.parse(job.completedAt ?? "");
  if (!Number.isNaN(end)) return end - start;
  return job.status === "running" ? now - start : NaN;
}
