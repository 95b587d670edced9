import { useEffect, useState } from "preact/hooks";

import { Terminal } from "../parts/icons.tsx";
import { isTaken } from "../parts/typing.ts";
import { hrefOf } from "../router/route.ts";
import { tabs } from "../shell/tabs.ts";
import { useStudio } from "../studio.ts";
import { Help, paletteKey } from "./help.tsx";
import { Palette } from "./palette.tsx";
import { useCommands } from "./use-commands.ts";

/** The keys of the page, and the buttons that do the same. */
export function Keys({ onVisit }: { readonly onVisit: (href: string, focus: string) => void }) {
  const { commands, router, theme } = useStudio();
  const [shown, show] = useState<"palette" | "help" | null>(null);
  useCommands([
    ...tabs.map(({ name, route }) => ({ name: `Go to ${name}`, run: () => router.go(hrefOf(route)) })),
    { name: "Go to the training", key: "r", run: () => onVisit(hrefOf({ view: "overview" }), ".train-do button") },
    { name: "Search jobs", key: "/", run: () => onVisit(hrefOf({ view: "jobs", query: {} }), "input[type=search]") },
    { name: "Ask a model", note: "Playground", run: () => onVisit(hrefOf({ view: "playground", adapter: null, step: null }), ".composer textarea") },
    ...(["light", "dark", "system"] as const).map((one) => ({ name: `Use the ${one} theme`, run: () => theme.choose(one) })),
    { name: "Keyboard and help", key: "?", run: () => show("help") },
  ]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isTaken(event) || event.altKey) return;
      const control = event.ctrlKey || event.metaKey;
      if (control && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        show("palette");
      }
      const command = control ? undefined : commands.ofKey(event.key);
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [commands]);
  const close = (): void => show(null);
  return (
    <>
      <button type="button" class="icon-button" aria-label="Commands" aria-haspopup="dialog" title={`Commands (${paletteKey()})`} onClick={() => show("palette")}>
        <Terminal />
      </button>
      <button type="button" class="icon-button" aria-label="Keyboard and help" aria-haspopup="dialog" title="Keyboard and help (?)" onClick={() => show("help")}>
        <span aria-hidden="true" class="help-mark">
          ?
        </span>
      </button>
      {shown === "palette" && <Palette onClose={() => show((now) => (now === "palette" ? null : now))} />}
      {shown === "help" && <Help onClose={close} />}
    </>
  );
}
