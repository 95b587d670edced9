import { useState } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import { CodeBlock } from "../parts/code-block.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useIdentity } from "../shell/use-identity.ts";
import { callbackCode, curlCode, sdkCode } from "./code.ts";
import type { Answerer } from "./conversation.ts";
import type { Settings } from "./settings.ts";
import { chatBody, messagesFor, type Turn } from "./turns.ts";

interface CodeProps {
  readonly answerers: readonly Answerer[];
  readonly turns: readonly Turn[];
  readonly draft: string;
  readonly settings: Settings;
  readonly onClose: () => void;
}

type Language = "SDK" | "Callback" | "curl";

/** The next question as code; without one, the last, with what was called for it. */
export function CodeDialog({ answerers, turns, draft, settings, onClose }: CodeProps) {
  const { data } = useIdentity();
  const [pane, choosePane] = useState(0);
  const [language, choose] = useState<Language>("SDK");
  const asked = draft.trim() !== "" ? draft : (turns.at(-1)?.prompt ?? "Hello");
  const before = draft.trim() !== "" ? turns : turns.slice(0, -1);
  const rounds = draft.trim() !== "" ? [] : turns.at(-1)?.replies[pane]?.rounds;
  const answerer = answerers[pane] ?? answerers[0];
  if (answerer === undefined) return null;
  const body = chatBody(answerer.source, messagesFor(pane, before, asked, settings.system, rounds), settings);
  const scope = { orgSlug: data?.orgSlug ?? "your-organisation", projectSlug: data?.projectSlug ?? "your-project" };
  const languages: readonly Language[] = answerer.source.kind === "base" ? ["SDK", "curl"] : ["SDK", "Callback", "curl"];
  const code = language === "curl" ? curlCode(location.origin, body) : language === "Callback" ? callbackCode(body) : sdkCode(scope, body);
  return (
    <Dialog title="Copy as code" wide onClose={onClose}>
      <div class="row">
        <div class="row" role="group" aria-label="Language">
          {languages.map((one) => (
            <Button key={one} pressed={language === one} onClick={() => choose(one)}>
              {one === "SDK" ? "TypeScript" : one === "Callback" ? "In a trainer" : one}
            </Button>
          ))}
        </div>
        {answerers.length > 1 && (
          <select class="field" aria-label="Model" value={pane} onChange={(event) => choosePane(Number(event.currentTarget.value))}>
            {answerers.map(({ label }, at) => (
              <option key={at} value={at}>
                {label}
              </option>
            ))}
          </select>
        )}
      </div>
      <CodeBlock code={code} label="Copy the code" />
      {language === "curl" && <p class="quiet">Asks by way of this Studio, while it runs: it signs in and knows the project.</p>}
      <div class="dialog-buttons">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
