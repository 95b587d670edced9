import { save } from "../net/download.ts";
import { Button } from "../parts/button.tsx";
import { Download } from "../parts/icons.tsx";
import type { Settings } from "./settings.ts";
import { toJson, toMarkdown, type Turn } from "./turns.ts";

/** The conversation as a file. */
export function Export({ turns, settings }: { readonly turns: readonly Turn[]; readonly settings: Settings }) {
  const none = turns.length === 0;
  return (
    <>
      <Button label="Export as JSON" disabled={none} onClick={() => save(new Blob([toJson(turns, settings)], { type: "application/json" }), "conversation.json")}>
        <Download /> JSON
      </Button>
      <Button label="Export as Markdown" disabled={none} onClick={() => save(new Blob([toMarkdown(turns, settings)], { type: "text/markdown" }), "conversation.md")}>
        <Download /> Markdown
      </Button>
    </>
  );
}
