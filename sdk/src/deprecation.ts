import { version } from "./version.ts";

/** What the API says about this release being phased out. */
export interface DeprecationNotice {
  /** The client version the notice is about. */
  readonly version: string;
  readonly message: string;
  /** The `Sunset` header as sent, or null. */
  readonly sunset: string | null;
}

/** Returns the notice an answer carries, whatever its status. */
export function readDeprecation(headers: Headers): DeprecationNotice | undefined {
  if (headers.get("deprecation") !== "true") return undefined;
  const warning = headers.get("warning") ?? "";
  const quoted = /^\d{3}\s+-\s+"(.+)"\s*$/.exec(warning);
  const message = quoted?.[1] ?? (warning || `Arkor SDK ${version} is deprecated`);
  return { version, message, sunset: headers.get("sunset") };
}

/**
 * Keeps the latest notice where whoever runs the trainer looks for it. Global,
 * because the runner and this package are separate bundles.
 */
function recordDeprecation(notice: DeprecationNotice): void {
  const place = globalThis as { [key: symbol]: unknown };
  place[Symbol.for("arkor.deprecation")] = notice;
}

/** Passes on the notice that an answer carries, if any. The handler can spoil nothing. */
export function reportDeprecation(
  headers: Headers,
  handler: (notice: DeprecationNotice) => unknown = recordDeprecation,
): void {
  const notice = readDeprecation(headers);
  if (notice === undefined) return;
  try {
    Promise.resolve(handler(notice)).catch(() => undefined);
  } catch {
    // A notice is never worth a request.
  }
}
