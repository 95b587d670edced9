import { useState } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import type { Pane } from "../router/route.ts";
import { SourcePicker } from "../sources/source-picker.tsx";
import type { Chosen, Sources } from "../sources/use-sources.ts";
import { CodeDialog } from "./code-dialog.tsx";
import { Composer } from "./composer.tsx";
import type { Answerer, Conversation } from "./conversation.ts";
import { Export } from "./export.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { parseSettings, readSettings } from "./settings.ts";
import { Turns } from "./turn-list.tsx";
import { useStored } from "./use-conversation.ts";

interface BenchProps {
  /** One or two. */
  readonly chosen: readonly Chosen[];
  readonly sources: Sources;
  readonly answerers: readonly Answerer[] | null;
  readonly conversation: Conversation;
  readonly place: string;
  readonly onChoose: (panes: readonly Pane[]) => void;
}

export function Bench({ chosen, sources, answerers, conversation, place, onChoose }: BenchProps) {
  const [settings, setSettings] = useStored(`arkor-studio-settings ${place}`, parseSettings);
  const [draft, setDraft] = useStored(`arkor-studio-draft ${place}`, (value) => (typeof value === "string" ? value : ""));
  const [showsCode, showCode] = useState(false);
  const { problems } = readSettings(settings);
  const wrong = Object.keys(problems).length > 0;
  const turns = conversation.turns.get();
  const panes = chosen.map(({ wish }) => wish);
  const send = (): void => {
    if (answerers !== null && !wrong && conversation.send(draft, answerers, settings)) setDraft("");
  };
  const beside = (): void => {
    // What an adapter was trained from says best what it has learnt.
    const job = sources.jobs?.find(({ id }) => id === panes[0]?.adapter);
    const model = typeof job?.config["model"] === "string" ? job.config["model"] : sources.models[0]?.id;
    const first = panes[0] ?? { adapter: null, step: null };
    const last = sources.jobs?.find(({ status }) => status === "completed");
    onChoose([first, first.adapter === null && last ? { adapter: last.id, step: null } : { adapter: null, step: null, model: model ?? "" }]);
  };
  return (
    <div class="bench">
      <section class="card bench-main" aria-label="Conversation">
        <div class={`bench-panes panes-${chosen.length}`}>
          {chosen.map((one, at) => (
            <div key={at} class="bench-pane">
              <SourcePicker
                label={chosen.length === 1 ? "Model" : at === 0 ? "First model" : "Second model"}
                chosen={one}
                sources={sources}
                onChoose={(wish) => onChoose(panes.map((pane, other) => (other === at ? wish : pane)))}
              />
            </div>
          ))}
        </div>
        <Turns conversation={conversation} chosen={chosen} sources={sources} onRetry={(pane) => answerers !== null && conversation.again(answerers, settings, pane)} />
        <Composer
          draft={draft}
          onDraft={setDraft}
          onSend={send}
          onStop={() => conversation.stop()}
          busy={conversation.busy}
          blocked={answerers === null ? "There is nothing yet that could answer" : wrong ? "A setting is not right" : ""}
        />
        <div class="bench-tools">
          <Button pressed={chosen.length === 2} onClick={() => (chosen.length === 2 ? onChoose(panes.slice(0, 1)) : beside())}>
            Side by side
          </Button>
          <Button disabled={turns.length === 0 || conversation.busy || answerers === null} onClick={() => answerers !== null && conversation.again(answerers, settings)}>
            Regenerate
          </Button>
          <Button disabled={answerers === null} onClick={() => showCode(true)}>
            Copy as code
          </Button>
          <Export turns={turns} settings={settings} />
          <Button disabled={turns.length === 0} onClick={() => conversation.clear()}>
            Clear
          </Button>
        </div>
      </section>
      <SettingsPanel settings={settings} problems={problems} onChange={setSettings} />
      {showsCode && answerers !== null && <CodeDialog answerers={answerers} turns={turns} draft={draft} settings={settings} onClose={() => showCode(false)} />}
    </div>
  );
}
