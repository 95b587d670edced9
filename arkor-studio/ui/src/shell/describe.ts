import type { Identity } from "../net/shapes.ts";

/** "mode · org / project · host", with what is known of it. */
export function describe(who: Identity): string {
  const scope = [who.orgSlug, who.projectSlug].filter((part) => part !== null).join(" / ");
  const host = who.backend === "cloud" || who.backend === "local" ? "" : who.backend;
  return [modeOf(who), scope, host].filter((part) => part !== "").join(" · ");
}

/** Whether a person has to say which project a folder belongs to: for who has an account, none is made. */
export function lacksProject(who: Identity): boolean {
  return who.projectSlug === null && !who.scopeStale && who.mode !== "anon" && who.mode !== "local";
}

/** "anonymous", "oauth" … */
export function modeOf(who: Identity): string {
  const names: Record<string, string> = { anon: "anonymous", local: "local" };
  return names[who.mode] ?? who.mode;
}
