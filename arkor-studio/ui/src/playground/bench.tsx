import { useState } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import { Cross } from "../parts/icons.tsx";
import type { Pane } from "../router/route.ts";
import { SourcePicker } from "../sources/source-picker.tsx";
import type { Chosen, Sources } from "../sources/use-sources.ts";
import { CodeDialog } from "./code-dialog.tsx";
import { Composer } from "./composer.tsx";
import type { Answerer, Conversation } from "./conversation.ts";
import { Export } from "./export.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { offerOf, parseSettings, readSettings, within } from "./settings.ts";
import { Turns } from "./turn-list.tsx";
import { useStored } from "./use-conversation.ts";

interface BenchProps {
  /** One to four. */
  readonly chosen: readonly Chosen[];
  readonly sources: Sources;
  readonly answerers: readonly Answerer[] | null;
  readonly conversation: Conversation;
  readonly place: string;
  readonly onChoose: (panes: readonly Pane[]) => void;
}

const ordinals = ["First", "Second", "Third", "Fourth"];

function nameOf(at: number, count: number): string {
  return count === 1 ? "Model" : `${ordinals[at]} model`;
}

/** Who is worth hearing beside those that answer already. */
function besideOf(panes: readonly Pane[], { jobs, models }: Sources): Pane {
  const taken = new Set(panes.map(({ adapter, step }) => (step === null ? adapter : "")));
  // What an adapter was trained from says best what it has learnt.
  const trained = jobs?.find(({ id }) => id === panes[0]?.adapter)?.config["model"];
  const model = typeof trained === "string" ? trained : models[0]?.id;
  if (!taken.has(null)) return { adapter: null, step: null, model: model ?? "" };
  const next = jobs?.find(({ id, status }) => status === "completed" && !taken.has(id));
  return next ? { adapter: next.id, step: null } : { adapter: null, step: null, model: model ?? "" };
}

export function Bench({ chosen, sources, answerers, conversation, place, onChoose }: BenchProps) {
  const [typed, setSettings] = useStored(`arkor-studio-settings ${place}`, parseSettings);
  const [draft, setDraft] = useStored(`arkor-studio-draft ${place}`, (value) => (typeof value === "string" ? value : ""));
  const [showsCode, showCode] = useState(false);
  const offer = offerOf(sources.models);
  const settings = within(typed, offer);
  const { problems } = readSettings(settings);
  const wrong = Object.keys(problems).length > 0;
  const turns = conversation.turns.get();
  const panes = chosen.map(({ wish }) => wish);
  const blocked = answerers === null ? (sources.jobs === null && sources.jobsError === null ? "Loading jobs…" : "There is nothing yet that could answer") : wrong ? "A setting is not right" : "";
  const send = (): void => {
    if (answerers !== null && !wrong && conversation.send(draft, answerers, settings)) setDraft("");
  };
  const add = (): void => onChoose([...panes, besideOf(panes, sources)]);
  return (
    <div class={chosen.length > 2 ? "bench bench-wide" : "bench"}>
      <section class="card bench-main" aria-label="Conversation">
        <div class={`bench-panes panes-${chosen.length}`}>
          {chosen.map((one, at) => (
            <div key={at} class="bench-pane">
              <SourcePicker
                label={nameOf(at, chosen.length)}
                chosen={one}
                sources={sources}
                onChoose={(wish) => onChoose(panes.map((pane, other) => (other === at ? wish : pane)))}
              />
              {chosen.length > 1 && (
                <button type="button" class="icon-button bench-remove" aria-label={`Remove the ${nameOf(at, chosen.length).toLowerCase()}`} title="Remove" onClick={() => onChoose(panes.filter((_, other) => other !== at))}>
                  <Cross />
                </button>
              )}
            </div>
          ))}
        </div>
        <Turns
          conversation={conversation}
          chosen={chosen}
          sources={sources}
          blocked={blocked}
          callsAgain={settings.toolChoice === "required"}
          onRetry={(pane) => answerers !== null && conversation.again(answerers, settings, pane)}
          onResults={(pane, results) => answerers !== null && !wrong && conversation.giveResults(pane, results, answerers, settings)}
        />
        <Composer
          draft={draft}
          onDraft={setDraft}
          onSend={send}
          onStop={() => conversation.stop()}
          busy={conversation.busy}
          blocked={blocked}
        />
        <div class="bench-tools">
          <Button pressed={chosen.length > 1} onClick={() => (chosen.length > 1 ? onChoose(panes.slice(0, 1)) : add())}>
            Side by side
          </Button>
          {chosen.length > 1 && (
            <Button disabled={chosen.length === ordinals.length} title={chosen.length === ordinals.length ? "Four answer at most" : undefined} onClick={add}>
              Add a model
            </Button>
          )}
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
      <SettingsPanel settings={settings} problems={problems} offer={offer} onChange={setSettings} />
      {showsCode && answerers !== null && <CodeDialog answerers={answerers} turns={turns} draft={draft} settings={settings} onClose={() => showCode(false)} />}
    </div>
  );
}
