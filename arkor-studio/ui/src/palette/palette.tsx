import { useEffect, useRef, useState } from "preact/hooks";

import "./palette.css";
import { parseJobs } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { useModal } from "../parts/dialog.tsx";
import { Search } from "../parts/icons.tsx";
import { hrefOf } from "../router/route.ts";
import { useStudio, useValue } from "../studio.ts";
import { matching, type Command } from "./commands.ts";

const maxShown = 60;

/** A list of everything that can be done, to search in. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { commands } = useStudio();
  const dialog = useModal();
  const [search, setSearch] = useState("");
  const [at, move] = useState(0);
  const jobs = useJobs();
  const found = matching([...useValue(commands.all), ...jobs], search).slice(0, maxShown);
  const chosen = Math.min(at, found.length - 1);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen, search]);

  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    // First the focus goes back to where it was: what the command does to it comes after.
    dialog.current?.close();
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.isComposing || event.keyCode === 229) return;
    if (step !== undefined && found.length > 0) move((chosen + step + found.length) % found.length);
    else if (event.key === "Enter") run(found[chosen]);
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") onClose();
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Commands"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="palette-search">
        <Search />
        <input
          role="combobox"
          aria-label="Search commands and jobs"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
          placeholder="Search commands and jobs"
          autoComplete="off"
          spellcheck={false}
          value={search}
          onInput={(event) => {
            setSearch(event.currentTarget.value);
            move(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd aria-hidden="true">Esc</kbd>
      </div>
      <ul ref={list} id="palette-list" role="listbox" aria-label="Commands" class="palette-list">
        {found.map((command, index) => (
          // The keyboard stays in the field above.
          <li
            key={index}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            onPointerMove={() => index !== chosen && move(index)}
            onClick={() => run(command)}
          >
            <span>{command.name}</span>
            {command.note !== undefined && <span class="quiet">{command.note}</span>}
            {command.key !== undefined && <kbd>{keyName(command.key)}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="palette-none quiet">Nothing is called that.</p>}
      <p class="hidden" role="status">
        {found.length === 1 ? "1 command" : `${found.length} commands`}
      </p>
    </dialog>
  );
}

export function keyName(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key;
}

/** The jobs of the project, as commands that show them. */
function useJobs(): readonly Command[] {
  const { api, router } = useStudio();
  const { data } = usePoll(async (signal) => parseJobs(await api.get("/api/jobs", signal)), "jobs", () => null);
  return (data ?? []).map((job) => ({
    name: job.name || "Unnamed job",
    note: `job ${job.id.slice(0, 8)} · ${job.status}`,
    run: () => router.go(hrefOf({ view: "job", id: job.id })),
  }));
}
