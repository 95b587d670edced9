import "./sources.css";
import { messageOf } from "../net/api.ts";
import type { Job } from "../net/shapes.ts";
import { Button } from "../parts/button.tsx";
import type { Pane } from "../router/route.ts";
import { fallback } from "./source.ts";
import type { Chosen, Sources } from "./use-sources.ts";

interface PickerProps {
  /** What is chosen here, for who cannot see where it stands. */
  readonly label: string;
  readonly chosen: Chosen;
  readonly sources: Sources;
  readonly onChoose: (wish: Pane) => void;
}

/** Chooses a base model, or a job and how far it had trained. */
export function SourcePicker({ label, chosen, sources, onChoose }: PickerProps) {
  const { wish } = chosen;
  const jobs = sources.jobs ?? [];
  const adapters = wish.adapter !== null;
  const why = sources.jobsError !== null ? "The jobs cannot be loaded" : jobs.length === 0 ? "No job has trained anything yet" : undefined;
  const firstJob = (): Pane => (jobs.some(({ status }) => status === "completed") ? fallback(jobs) : { adapter: jobs[0]?.id ?? null, step: null });
  return (
    <div class="picker" role="group" aria-label={label}>
      <div class="segments">
        <Button pressed={!adapters} onClick={() => adapters && onChoose({ adapter: null, step: null })}>
          Base model
        </Button>
        <Button pressed={adapters} disabled={!adapters && jobs.length === 0} title={why} onClick={() => adapters || onChoose(firstJob())}>
          Adapter
        </Button>
      </div>
      {adapters ? <AdapterFields chosen={chosen} sources={sources} onChoose={onChoose} /> : <ModelField wish={wish} sources={sources} onChoose={onChoose} />}
    </div>
  );
}

type FieldProps = Pick<PickerProps, "sources" | "onChoose">;

function ModelField({ wish, sources, onChoose }: FieldProps & { readonly wish: Pane }) {
  const { models, modelsError } = sources;
  const value = wish.model ?? models[0]?.id ?? "";
  if (modelsError !== null && models.length === 0) return <p class="text-bad picker-note">The models cannot be loaded: {messageOf(modelsError)}</p>;
  return (
    <select class="field" aria-label="Base model" value={value} onChange={(event) => onChoose({ adapter: null, step: null, model: event.currentTarget.value })}>
      {/* An address may name a model that the backend does not list. */}
      {value !== "" && !models.some(({ id }) => id === value) && <option value={value}>{value}</option>}
      {models.map(({ id, name }) => (
        <option key={id} value={id}>
          {name === id ? id : `${id} · ${name}`}
        </option>
      ))}
    </select>
  );
}

function AdapterFields({ chosen, sources, onChoose }: FieldProps & { readonly chosen: Chosen }) {
  const { wish, checkpoints, loading, error } = chosen;
  if (sources.jobs === null) return sources.jobsError === null ? <p class="quiet picker-note">Loading jobs…</p> : null;
  const job = sources.jobs.find(({ id }) => id === wish.adapter);
  return (
    <>
      <select class="field" aria-label="Job" value={wish.adapter ?? ""} onFocus={sources.refresh} onChange={(event) => onChoose({ adapter: event.currentTarget.value, step: null })}>
        {sources.jobs.map((one) => (
          <option key={one.id} value={one.id}>
            {titleOf(one)}
          </option>
        ))}
      </select>
      <select
        class="field"
        aria-label="Checkpoint"
        value={wish.step?.toString() ?? ""}
        onChange={(event) => onChoose({ adapter: wish.adapter, step: event.currentTarget.value === "" ? null : Number(event.currentTarget.value) })}
      >
        <option value="">{job?.status === "completed" ? "Final adapter" : lastOf(checkpoints, loading)}</option>
        {wish.step !== null && !checkpoints.includes(wish.step) && <option value={wish.step}>Step {wish.step}</option>}
        {checkpoints.toReversed().map((step) => (
          <option key={step} value={step}>
            Step {step}
          </option>
        ))}
      </select>
      {error !== null && <p class="text-bad picker-note">The checkpoints cannot be loaded: {messageOf(error)}</p>}
    </>
  );
}

function titleOf(job: Job): string {
  const name = `${job.name || "Unnamed"} · ${job.id.slice(0, 8)}`;
  return job.status === "completed" ? name : `${name} · ${job.status}`;
}

function lastOf(checkpoints: readonly number[], loading: boolean): string {
  const last = checkpoints.at(-1);
  if (last !== undefined) return `Latest checkpoint (step ${last})`;
  return loading ? "Loading checkpoints…" : "No checkpoint yet";
}
