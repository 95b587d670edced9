import { useEffect, useState } from "preact/hooks";

import { ApiError, isMissing } from "../net/api.ts";
import type { Manifest } from "../net/shapes.ts";
import { useStudio } from "../studio.ts";
import { parsePreview, type PreviewAnswer } from "./preview.ts";

export interface PreviewState {
  readonly loading: boolean;
  readonly answer: PreviewAnswer | null;
  readonly error: unknown;
  /** Whether it waits to be asked for. */
  readonly asks: boolean;
  readonly load: () => void;
}

interface Loaded extends Pick<PreviewState, "loading" | "answer" | "error"> {
  /** Whether there was an answer or an error at all. */
  readonly settled: boolean;
}

const nothing: Loaded = { loading: false, answer: null, error: null, settled: false };

/**
 * The preview of what the project is now. It hands the data to the backend and
 * makes the folder's project: free where that project is this machine's and
 * there already, else only when a person wants it to. null is for a backend that
 * is not known yet.
 */
export function usePreview(manifest: Manifest | null, isFree: boolean | null): PreviewState {
  const { api } = useStudio();
  const [wanted, want] = useState(false);
  const [state, setState] = useState(nothing);
  const ready = manifest?.trainer != null;
  const asking = ready && (isFree === true || wanted);
  // Each manifest is told of after a change, of the data files too.
  useEffect(() => {
    if (!asking) return setState(nothing);
    const leaving = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    api
      .get("/api/preview", leaving.signal)
      .then((body) => setState({ loading: false, answer: parsePreview(body), error: null, settled: true }))
      .catch((error: unknown) => {
        if (leaving.signal.aborted) return;
        // Without an answer there is still a run to start, which says the same.
        setState({ loading: false, answer: null, error: error instanceof ApiError && !isMissing(error) ? error : null, settled: true });
      });
    return () => leaving.abort();
  }, [api, manifest, asking]);
  // Its place is kept while it is not known whether there is one.
  const unknown = manifest === null ? isFree !== false : ready && isFree === null;
  const { answer, error } = state;
  return { loading: state.loading || unknown || (asking && !state.settled), answer, error, asks: ready && isFree === false && !wanted, load: () => want(true) };
}
