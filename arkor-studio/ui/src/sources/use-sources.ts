import { useMemo } from "preact/hooks";

import { isMissing } from "../net/api.ts";
import { fieldsOf, parseArtifacts, parseJobs, type Job } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { nameOf } from "../notes/note.ts";
import { useNotes } from "../notes/use-notes.ts";
import type { Pane } from "../router/route.ts";
import { useStudio } from "../studio.ts";
import { checkpointsInEvents, checkpointSteps, jobsWithAdapters, mayGrow, parseModels, resolve, type Model, type Source } from "./source.ts";

const jobsMs = 10_000;
const checkpointsMs = 5000;

export interface Sources {
  readonly models: readonly Model[];
  /** With the names that they have here; null until they were asked for once. */
  readonly jobs: readonly Job[] | null;
  readonly modelsError: unknown;
  readonly jobsError: unknown;
  readonly refresh: () => void;
}

/** Everything that may answer in this project. */
export function useSources(): Sources {
  const { api } = useStudio();
  // Only the jobs change while the page is open.
  const models = usePoll(async (signal) => parseModels(await api.get("/api/models", signal)), "models", ({ error }) => (error === null ? null : jobsMs));
  const jobs = usePoll(async (signal) => jobsWithAdapters(parseJobs(await api.get("/api/jobs", signal))), "jobs", () => jobsMs);
  const { notes } = useNotes();
  const named = useMemo(() => jobs.data?.map((job) => ({ ...job, name: nameOf(job, notes) })) ?? null, [jobs.data, notes]);
  return { models: models.data ?? [], jobs: named, modelsError: models.error, jobsError: jobs.error, refresh: jobs.wake };
}

export interface Chosen {
  readonly wish: Pane;
  /** What answers; null while nothing does. */
  readonly source: Source | null;
  readonly checkpoints: readonly number[];
  /** Whether the checkpoints are still on their way. */
  readonly loading: boolean;
  readonly error: unknown;
}

/** What a wish comes to, followed as its job trains on. */
export function useChosen(wish: Pane, sources: Sources): Chosen {
  const { api } = useStudio();
  const job = sources.jobs?.find(({ id }) => id === wish.adapter);
  const path = wish.adapter === null || job === undefined ? null : "/api/jobs/" + encodeURIComponent(wish.adapter);
  const poll = usePoll(
    async (signal): Promise<readonly number[]> => {
      if (path === null) return [];
      try {
        return checkpointSteps(parseArtifacts(await api.get(path + "/artifacts", signal)));
      } catch (reason) {
        if (!isMissing(reason)) throw reason;
        return checkpointsInEvents(fieldsOf(await api.get(path, signal))["events"]);
      }
    },
    // The end of a job brings its last checkpoint.
    `checkpoints of ${path} ${job?.status}`,
    () => (path !== null && mayGrow(job) ? checkpointsMs : null),
  );
  const checkpoints = poll.data ?? [];
  return { wish, source: resolve(wish, sources.models, sources.jobs ?? [], checkpoints), checkpoints, loading: poll.data === null && poll.error === null, error: poll.error };
}
