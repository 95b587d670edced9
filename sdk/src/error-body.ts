import { asRecord, parseJson } from "./json.ts";
import { ourUpgradeCommand, upgradeMessage } from "./upgrade.ts";

/** Returns the message of an answer that is not 2xx. */
export function errorMessage(
  status: number,
  body: string,
  upgrade: () => string = ourUpgradeCommand,
): string {
  if (status === 426) return upgradeMessage(body, upgrade());
  const error = asRecord(parseJson(body))?.["error"];
  if (typeof error === "string" && error !== "") return error;
  return body !== "" ? body : `cloud-api ${status}`;
}

/** Returns the `code` that a body names, if any. */
export function errorCode(body: string): string | undefined {
  const code = asRecord(parseJson(body))?.["code"];
  return typeof code === "string" ? code : undefined;
}

/** Returns how long to stay away, at most a minute, or undefined. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (value === null || !/^\d+$/.test(value)) return undefined;
  return Math.min(Number(value), 60) * 1000;
}
