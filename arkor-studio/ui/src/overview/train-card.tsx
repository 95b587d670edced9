import { useEffect, useRef, useState } from "preact/hooks";

import { datasetLabel, formatCount, nothing } from "../formats/text.ts";
import { numberOf, textOf, type Manifest, type Trainer } from "../net/shapes.ts";
import { Button } from "../parts/button.tsx";
import { Play } from "../parts/icons.tsx";
import { ErrorBox, Skeleton } from "../parts/states.tsx";
import { useStudio, useValue } from "../studio.ts";

/** What the project would train now, and the buttons that do it. */
export function TrainCard() {
  const { api, news } = useStudio();
  const manifest = useValue(news.manifest);
  const lastGood = useLastGood(manifest);
  const [starting, setStarting] = useState("");
  const [error, setError] = useState<unknown>(null);
  const trainer = manifest?.trainer ?? null;
  const shown = trainer ?? (manifest?.error ? lastGood : null);

  async function start(dryRun: boolean): Promise<void> {
    setStarting(dryRun ? "dry" : "whole");
    setError(null);
    try {
      await api.post("/api/runs", { dryRun });
    } catch (reason) {
      setError(reason);
    }
    setStarting("");
  }

  return (
    <section class="card train" aria-labelledby="train">
      <div class="train-what">
        <h2 id="train">Run training</h2>
        {manifest === null ? <Skeleton lines={2} /> : shown ? <What trainer={shown} /> : null}
      </div>
      <div class="train-do">
        <Button kind="primary" disabled={trainer === null} busy={starting === "whole"} onClick={() => void start(false)}>
          <Play />
          {trainer === null ? "Run training" : `Run training: ${trainer.name}`}
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

function What({ trainer }: { readonly trainer: Trainer }) {
  const { fields } = trainer;
  const steps = numberOf(fields["maxSteps"]);
  const dataset = textOf(fields["dataset"]) || datasetLabel(fields);
  const facts = [
    ["model", textOf(fields["model"])],
    ["dataset", dataset === nothing ? "" : dataset],
    ["steps", steps === null ? "" : formatCount(steps)],
  ].filter(([, value]) => value !== "");
  return (
    <>
      <p class="train-name">{trainer.name}</p>
      {facts.length > 0 && <p class="train-facts">{facts.map(([name, value]) => `${name} ${value}`).join(" · ")}</p>}
      <p class="quiet">
        Builds <code>src/arkor/</code> as it is now, sends the job to the backend, and runs your callbacks on this machine. It goes on when this page is closed.
      </p>
    </>
  );
}

function ManifestNote({ manifest }: { readonly manifest: Manifest }) {
  if (manifest.error !== null) {
    return (
      <div class="manifest-error">
        <p class="manifest-title">Couldn't read manifest</p>
        <pre tabIndex={0}>{manifest.error}</pre>
        {manifest.hint !== "" && <p>{manifest.hint}</p>}
        <p class="quiet">This goes away by itself as soon as the file is saved without the mistake.</p>
      </div>
    );
  }
  if (manifest.trainer !== null) return null;
  return (
    <div class="manifest-error">
      <p class="manifest-title">There is no trainer in this project yet</p>
      <p>
        Make one with <code>createTrainer</code>, and export it from <code>src/arkor/index.ts</code> with <code>createArkor</code>. The page sees it when the
        file is saved.
      </p>
    </div>
  );
}
