import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useStudio, useValue } from "../studio.ts";
import { keyName } from "./palette.tsx";

const documentation = "https://github.com/arkorlab/arkor-go/blob/main/docs/studio.md";

/** The key that opens the palette, as it is called on this system. */
export function paletteKey(): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘ K" : "Ctrl K";
}

/** Which keys there are, and what is there to read. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const { commands } = useStudio();
  const keys = useValue(commands.all).filter(({ key }) => key !== undefined);
  return (
    <Dialog title="Keyboard and help" onClose={onClose}>
      <dl class="key-list">
        <dt>
          <kbd>{paletteKey()}</kbd>
        </dt>
        <dd>Search all commands and jobs</dd>
        {keys.map(({ name, key = "" }) => (
          <>
            <dt>
              <kbd>{keyName(key)}</kbd>
            </dt>
            <dd>{name}</dd>
          </>
        ))}
      </dl>
      <p class="quiet">
        Keys do nothing while you type. In a chart the arrow keys, <kbd>Home</kbd> and <kbd>End</kbd> go from step to step. More is in the{" "}
        <a href={documentation} target="_blank" rel="noopener noreferrer">
          documentation of Studio
        </a>
        .
      </p>
      <div class="dialog-buttons">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
