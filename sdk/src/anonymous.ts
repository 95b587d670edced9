import { readText } from "./answer.ts";
import { isToken } from "./credentials.ts";
import { reportDeprecation } from "./deprecation.ts";
import { AnonymousTokenRejectedError, ResponseShapeError } from "./errors.ts";
import { asRecord, asString, parseJson } from "./json.ts";
import { ourUpgradeCommand, upgradeMessage } from "./upgrade.ts";
import { version } from "./version.ts";

const maxAnswerBytes = 1024 * 1024;
/** How much of a refusal goes into the message, in characters. */
const maxReason = 500;

/** A new anonymous identity and its personal organisation. */
export interface AnonymousToken {
  readonly token: string;
  readonly anonymousId: string;
  readonly kind: "cli" | "web";
  readonly orgSlug: string;
}

/**
 * Asks the API at `baseUrl` for a new anonymous identity. Nothing is stored.
 * Rejects with AnonymousTokenRejectedError when it is refused.
 */
export async function requestAnonymousToken(
  baseUrl: string,
  kind: "cli" | "web" = "cli",
): Promise<AnonymousToken> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/v1/auth/anonymous`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Arkor-Client": `arkor/${version}` },
    body: JSON.stringify({ kind }),
    redirect: "manual",
  });
  reportDeprecation(response.headers);
  if (!response.ok) {
    const text = await readText(response, maxAnswerBytes).then(({ text }) => text, () => "");
    const reason =
      response.status === 426 ? upgradeMessage(text, ourUpgradeCommand()) : [...text].slice(0, maxReason).join("");
    throw new AnonymousTokenRejectedError(
      response.status,
      `Failed to acquire anonymous token (${response.status}): ${reason}`,
    );
  }
  const { text } = await readText(response, maxAnswerBytes);
  const fields = asRecord(parseJson(text));
  const token = fields?.["token"];
  const anonymousId = asString(fields?.["anonymousId"]);
  const orgSlug = asString(asRecord(fields?.["personalOrg"])?.["slug"]);
  if (!isToken(token) || !anonymousId || !orgSlug) {
    throw new ResponseShapeError(
      "unexpected answer to POST /v1/auth/anonymous: token, anonymousId or personalOrg.slug is missing or unusable",
    );
  }
  const named = fields?.["kind"];
  return { token, anonymousId, kind: named === "cli" || named === "web" ? named : kind, orgSlug };
}
