import { capitalise } from "../formats/text.ts";
import type { Diagnostic, Manifest } from "../net/shapes.ts";
import { Said } from "../parts/said.tsx";

/** What keeps the project from being trained. */
export function ManifestNote({ manifest }: { readonly manifest: Manifest }) {
  if (manifest.error !== null) {
    return (
      <div class="manifest-error">
        <p class="manifest-title">{manifest.code === "no_entry" ? "There is nothing to train in this folder yet" : "Couldn't read manifest"}</p>
        {manifest.diagnostics.length === 0 ? (
          <pre tabIndex={0}>{manifest.error}</pre>
        ) : (
          manifest.diagnostics.map((place, at) => <Place key={at} place={place} />)
        )}
        {manifest.hint !== "" && (
          <p>
            <Said text={capitalise(manifest.hint)} />
          </p>
        )}
        <p class="quiet">The page looks again whenever a file of the project is saved.</p>
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

/** A mistake in its frame of code. */
function Place({ place }: { readonly place: Diagnostic }) {
  return (
    <figure class="frame">
      <figcaption>
        <span class="frame-text">{place.text}</span>
        <span class="mono quiet">
          {place.file}:{place.line}:{place.column}
        </span>
      </figcaption>
      <pre tabIndex={0}>
        {place.snippet.split("\n").map((line, at) => (
          <span key={at} class={line.startsWith(">") ? "frame-line" : /^\s*╵/.test(line) ? "frame-mark" : undefined}>
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
    </figure>
  );
}
