import { asRecord, parseJson } from "./json.ts";
import { detectPackageManager, upgradeMessage } from "./upgrade.ts";

/** Returns the message of an answer that is not 2xx. */
export function errorMessage(status: number, body: string): string {
  if (status === 426) {
    const agent = process.env["npm_config_user_agent"] ?? "";
    return upgradeMessage(body, detectPackageManager(agent, process.argv[1] ?? ""));
  }
  const error = asRecord(parseJson(body))?.["error"];
  if (typeof error === "string" && error !== "") return error;
  return body !== "" ? body : `cloud-api ${status}`;
}

/** Returns how long to stay away, at most a minute, or undefined. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (value === null || !/^\d+$/.test(value)) return undefined;
  return Math.min(Number(value), 60) * 1000;
}
