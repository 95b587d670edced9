import process from "node:process";
import { asRecord, parseJson } from "./json.ts";

type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

const commands: Readonly<Record<PackageManager, string>> = {
  npm: "npm install -g arkor@latest",
  pnpm: "pnpm add -g arkor@latest",
  yarn: "yarn global add arkor@latest",
  bun: "bun add -g arkor@latest",
};

/**
 * Returns the command that upgrades the tool, in the words of the package
 * manager that `npm_config_user_agent` names, else the path of the program.
 */
export function upgradeCommand(userAgent: string, program: string): string {
  return commands[packageManager(userAgent, program)];
}

/** The command that whoever runs the trainer has found for this project, else a guess. */
export function ourUpgradeCommand(): string {
  const place = globalThis as { [key: symbol]: unknown };
  const told = place[Symbol.for("arkor.upgrade")];
  if (typeof told === "string") return told;
  return upgradeCommand(process.env["npm_config_user_agent"] ?? "", process.argv[1] ?? "");
}

function packageManager(userAgent: string, program: string): PackageManager {
  const named = userAgent.split("/", 1)[0] ?? "";
  if (Object.hasOwn(commands, named)) return named as PackageManager;
  const path = program.replaceAll("\\", "/").toLowerCase();
  if (path.includes("/.bun/")) return "bun";
  if (path.includes("/pnpm/") || path.includes("/.pnpm/")) return "pnpm";
  if (path.includes("/.yarn/") || path.includes("/yarn/")) return "yarn";
  return "npm";
}

/** Returns the text for a 426 answer. Any body will do, an empty one included. */
export function upgradeMessage(body: string, command: string): string {
  const run = `Run \`${command}\`.`;
  const fields = asRecord(parseJson(body));
  if (fields?.["error"] !== "sdk_version_unsupported") {
    return `Arkor SDK is no longer supported by the cloud API. ${run}`;
  }
  const { currentVersion, supportedRange, reason } = fields;
  const range = isText(supportedRange) ? ` (supported: ${supportedRange})` : "";
  if (reason === "missing" || reason === "malformed") {
    return `Arkor SDK rejected by the cloud API: the X-Arkor-Client header was ${reason}${range}. ${run}`;
  }
  const current = isText(currentVersion) ? ` ${currentVersion}` : "";
  return `Arkor SDK${current} is no longer supported by the cloud API${range}. ${run}`;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
