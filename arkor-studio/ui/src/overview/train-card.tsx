import { useEffect, useRef, useState } from "preact/hooks";

import { plural } from "../formats/text.ts";
import { numberOf, textOf, type Manifest, type Trainer } from "../net/shapes.ts";
import { useCommands } from "../palette/use-commands.ts";
import { Button } from "../parts/button.tsx";
import { Play } from "../parts/icons.tsx";
import { ErrorBox, Skeleton } from "../parts/states.tsx";
import { useStudio } from "../studio.ts";
import { Built } from "./built.tsx";
import { EntryPicker } from "./entry-picker.tsx";
import { ManifestNote } from "./manifest-note.tsx";
import { factsOf, type Preview } from "./preview.ts";

/** A press so soon after an answer belongs to the one that was answered: a double click. */
const pressMs = 600;

interface TrainCardProps {
  /** null before the first. */
  readonly manifest: Manifest | null;
  readonly preview: Preview | null;
}

/** What the project would train now, and the buttons that do it. */
export function TrainCard({ manifest, preview }: TrainCardProps) {
  const { api } = useStudio();
  const lastGood = useLastGood(manifest);
  const [starting, setStarting] = useState("");
  const [error, setError] = useState<unknown>(null);
  // A second press may come before the button is drawn as disabled.
  const busy = useRef(false);
  const trainer = manifest?.trainer ?? null;
  const shown = trainer ?? (manifest?.error ? lastGood : null);

  async function start(dryRun: boolean): Promise<void> {
    if (busy.current) return;
    busy.current = true;
    setStarting(dryRun ? "dry" : "whole");
    setError(null);
    try {
      await api.post("/api/runs", { dryRun });
      await new Promise((resolve) => setTimeout(resolve, pressMs));
    } catch (reason) {
      setError(reason);
    }
    busy.current = false;
    setStarting("");
  }

  useCommands(
    trainer === null
      ? []
      : [
          { name: `Run training: ${trainer.name}`, key: "r", run: () => void start(false) },
          { name: `Dry run: ${trainer.name}`, run: () => void start(true) },
        ],
  );

  return (
    <section class="card train" aria-labelledby="train">
      <div class="train-what">
        <h2 id="train">
          Run training {manifest !== null && manifest.builtAt !== "" && <Built at={manifest.builtAt} />}
        </h2>
        {manifest === null ? <Skeleton lines={3} /> : shown ? <What trainer={shown} preview={trainer === null ? null : preview} /> : null}
      </div>
      <div class="train-do">
        {manifest !== null && <EntryPicker manifest={manifest} onError={setError} />}
        <Button kind="primary" disabled={trainer === null} busy={starting === "whole"} onClick={() => void start(false)}>
          <Play />
          <span class="train-run">{trainer === null ? "Run training" : `Run training: ${trainer.name}`}</span>
        </Button>
        <Button disabled={trainer === null} busy={starting === "dry"} title="All stages with a few samples, to see that everything works" onClick={() => void start(true)}>
          Dry run
        </Button>
      </div>
      <div class="train-notes" aria-live="polite">
        {manifest !== null && <ManifestNote manifest={manifest} />}
        {error !== null && <ErrorBox what="The training did not start" error={error} />}
      </div>
    </section>
  );
}

/** The trainer of before, while the project is broken. */
function useLastGood(manifest: Manifest | null): Trainer | null {
  const good = useRef<Trainer | null>(null);
  useEffect(() => {
    if (manifest?.trainer) good.current = manifest.trainer;
  }, [manifest]);
  return good.current;
}

function What({ trainer, preview }: { readonly trainer: Trainer; readonly preview: Preview | null }) {
  const about = aboutOf(trainer, preview !== null);
  return (
    <>
      <p class="train-name" title={trainer.name}>{trainer.name}</p>
      {about !== "" && <p class="train-facts">{about}</p>}
      {preview !== null && <p class="train-facts">{factsOf(preview).join(" · ")}</p>}
      <p class="quiet">
        Builds <code>src/arkor/</code> as it is now, sends the job to the backend, and runs your callbacks on this machine. It goes on when this page is closed.
      </p>
    </>
  );
}

/** Model, data and length, as the project says them; a preview knows the length better. */
function aboutOf({ fields }: Trainer, previewed: boolean): string {
  const steps = numberOf(fields["maxSteps"]);
  const epochs = numberOf(fields["numTrainEpochs"]);
  const data = textOf(fields["dataset"]);
  const length = previewed ? "" : steps !== null ? plural(steps, "step") : epochs === null ? "" : `${plural(epochs, "pass", "passes")} over the data`;
  return [textOf(fields["model"]), data, length].filter((part) => part !== "").join(" · ");
}
