import { useEffect, useId, useRef, useState } from "preact/hooks";

import { messageOf } from "../net/api.ts";
import { Button } from "../parts/button.tsx";
import { ErrorBox } from "../parts/states.tsx";
import type { Pane } from "../router/route.ts";
import { fallback } from "../sources/source.ts";
import { SourcePicker } from "../sources/source-picker.tsx";
import { useChosen, useSources, type Chosen, type Sources } from "../sources/use-sources.ts";
import { useStudio } from "../studio.ts";
import { AuthField, RetentionFields } from "./form-fields.tsx";
import { lookForSlug, retentionFields, slugProblem, usualRetention } from "./fields.ts";
import { parseDeployments, targetOf } from "./shapes.ts";

interface FormProps {
  /** The slugs of this project. */
  readonly taken: readonly string[];
  /** An endpoint was made, or may have been. */
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const path = "/api/deployments";
const pauseMs = 500;

export function CreateForm({ taken, onDone, onClose }: FormProps) {
  const { api } = useStudio();
  const sources = useSources();
  const [slug, setSlug] = useState("");
  const [wish, choose] = useState<Pane | null>(null);
  const chosen = useChosen(wish ?? fallback(sources.jobs ?? []), sources);
  const [authMode, setAuthMode] = useState("fixed_api_key");
  const [retention, setRetention] = useState(usualRetention);
  const [error, setError] = useState<unknown>(null);
  const [state, setState] = useState<"open" | "creating" | "looking">("open");
  const request = useRef<AbortController | null>(null);
  useEffect(() => () => request.current?.abort(), []);

  async function create(): Promise<void> {
    const kept = retentionFields(retention);
    const problem = slugProblem(slug, []);
    if (request.current !== null) return;
    if (problem !== "") return setError(new Error(`The name does not fit: ${problem}`));
    if (chosen.source === null) return setError(new Error(waiting(sources, chosen)));
    if (kept === null) return setError(new Error("The days must be a whole number above 0"));
    const asking = new AbortController();
    request.current = asking;
    setState("creating");
    setError(null);
    try {
      await api.ask(path, { method: "POST", body: { slug, target: targetOf(chosen.source), authMode, ...kept }, signal: asking.signal });
      onDone();
    } catch (reason) {
      if (asking.signal.aborted) return;
      request.current = null;
      setState("open");
      setError(reason);
    }
  }

  /** The server may have done it all the same. */
  async function cancel(): Promise<void> {
    if (request.current === null) return onClose();
    request.current.abort();
    setState("looking");
    const slugs = async (): Promise<readonly string[]> => parseDeployments(await api.get(path)).endpoints.map((one) => one.slug);
    await lookForSlug(slug, slugs, () => new Promise((resolve) => setTimeout(resolve, pauseMs)));
    onDone();
  }

  return (
    <form
      class="card endpoint-form"
      aria-label="New endpoint"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <div class="card-head">
        <h2>New endpoint</h2>
      </div>
      <div class="card-body form-rows">
        <SlugField slug={slug} taken={taken} onInput={setSlug} />
        <div class="form-row">
          <span class="form-label">Answers with</span>
          <SourcePicker label="Answers with" chosen={chosen} sources={sources} onChoose={choose} />
          {sources.jobsError !== null && <p class="text-bad">The jobs cannot be loaded: {messageOf(sources.jobsError)}</p>}
        </div>
        <AuthField value={authMode} onChange={setAuthMode} />
        <RetentionFields value={retention} onChange={setRetention} />
        {error !== null && <ErrorBox what="The endpoint was not created" error={error} />}
        <div class="row">
          <Button kind="primary" submits busy={state !== "open"}>
            {state === "creating" ? "Creating…" : "Create endpoint"}
          </Button>
          <Button busy={state === "looking"} onClick={() => void cancel()}>
            {state === "looking" ? "Looking whether it was created…" : "Cancel"}
          </Button>
        </div>
      </div>
    </form>
  );
}

/** Why there is nothing yet to answer. */
function waiting({ jobs, jobsError, models, modelsError }: Sources, { wish, loading }: Chosen): string {
  const unknown = wish.adapter === null ? models.length === 0 && modelsError === null : (jobs === null && jobsError === null) || loading;
  return unknown ? "What could answer is still being loaded. Try again in a moment." : "Choose what is to answer";
}

interface SlugProps {
  readonly slug: string;
  readonly taken: readonly string[];
  readonly onInput: (slug: string) => void;
}

function SlugField({ slug, taken, onInput }: SlugProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const problem = slug === "" ? "" : slugProblem(slug, taken);
  return (
    <div class="form-row">
      <label class="form-label" for={id}>
        Name in the address
      </label>
      <input
        ref={field}
        id={id}
        class="field"
        value={slug}
        maxLength={50}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        placeholder="support-bot"
        aria-invalid={problem !== ""}
        aria-describedby={id + "-hint"}
        onInput={(event) => onInput(event.currentTarget.value.toLowerCase())}
      />
      <p id={id + "-hint"} class={problem === "" ? "form-hint" : "form-hint text-bad"} aria-live="polite">
        {problem || "It cannot be changed later."}
      </p>
    </div>
  );
}
