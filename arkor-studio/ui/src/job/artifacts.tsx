import { useEffect, useRef, useState } from "preact/hooks";

import { formatBytes, plural } from "../formats/text.ts";
import { isMissing, messageOf } from "../net/api.ts";
import { downloadFrom } from "../net/download.ts";
import { isOver, parseArtifacts, type Artifact } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { Download } from "../parts/icons.tsx";
import { ErrorBox } from "../parts/states.tsx";
import { useStudio } from "../studio.ts";

interface ArtifactsProps {
  readonly id: string;
  readonly status: string;
  /** How many checkpoints are known: another one means more artifacts. */
  readonly saved: number;
}

export function Artifacts({ id, status, saved }: ArtifactsProps) {
  const { api } = useStudio();
  const path = `/api/jobs/${encodeURIComponent(id)}/artifacts`;
  const { data, error, refresh } = usePoll(async (signal) => parseArtifacts(await api.get(path, signal)), path, () => null);
  const over = isOver(status);
  // Not every backend hands them out.
  const missing = isMissing(error);
  const known = useRef<number | null>(null);
  useEffect(() => {
    if (known.current !== null && !missing) refresh();
    known.current = saved;
  }, [saved, over]);
  if (missing) return null;
  return (
    <section class="card" aria-labelledby="artifacts">
      <div class="card-head">
        <h2 id="artifacts">Artifacts</h2>
        {data !== null && data.length > 0 && <span class="quiet">{formatBytes(data.reduce((sum, { size }) => sum + size, 0))}</span>}
      </div>
      <div class="card-body">
        {error !== null && <ErrorBox what="Failed to load the artifacts" error={error} onRetry={refresh} />}
        {data?.length === 0 && <p class="quiet">{over ? "The job left none." : "None yet: the first checkpoint brings them."}</p>}
        {groupsOf(data ?? []).map(([title, files]) => (
          <Group key={title} title={title} files={files} path={path} open={title === "Final adapter"} />
        ))}
      </div>
    </section>
  );
}

/** The final result first, then the latest checkpoint. */
function groupsOf(artifacts: readonly Artifact[]): readonly (readonly [string, readonly Artifact[]])[] {
  const groups = new Map<string, Artifact[]>();
  for (const artifact of artifacts.toSorted((a, b) => (b.step ?? Infinity) - (a.step ?? Infinity) || a.name.localeCompare(b.name))) {
    const title = artifact.step === null ? "Final adapter" : `Checkpoint ${artifact.step}`;
    groups.set(title, [...(groups.get(title) ?? []), artifact]);
  }
  return [...groups];
}

interface GroupProps {
  readonly title: string;
  readonly files: readonly Artifact[];
  readonly path: string;
  readonly open: boolean;
}

function Group({ title, files, path, open }: GroupProps) {
  const { api } = useStudio();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState("");
  async function download(artifact: Artifact): Promise<void> {
    setBusy(artifact.id);
    setError("");
    try {
      await downloadFrom(api, `${path}/${encodeURIComponent(artifact.id)}`, artifact.name.split("/").at(-1) ?? "artifact");
    } catch (reason) {
      setError(messageOf(reason));
    }
    setBusy("");
  }
  return (
    <details class="files" open={open}>
      <summary>
        {title} <span class="quiet">{plural(files.length, "file")}</span>
      </summary>
      {error !== "" && (
        <p class="text-bad" role="alert">
          {error}
        </p>
      )}
      <ul>
        {files.map((artifact) => (
          <li key={artifact.id}>
            <span class="mono" title={`sha256 ${artifact.sha256}`}>
              {artifact.name.split("/").at(-1)}
            </span>
            <span class="quiet">{formatBytes(artifact.size)}</span>
            <button type="button" class="icon-button" aria-label={`Download ${artifact.name}`} title={`Download ${artifact.name}`} disabled={busy === artifact.id} onClick={() => void download(artifact)}>
              <Download />
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
