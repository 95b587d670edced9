import { useEffect, useState } from "preact/hooks";

import "./playground.css";
import { ErrorBox, Skeleton } from "../parts/states.tsx";
import { Heading } from "../parts/heading.tsx";
import { hrefOf, type Pane, type Route } from "../router/route.ts";
import { useIdentity } from "../shell/use-identity.ts";
import { useStudio } from "../studio.ts";
import { fallback, labelOf } from "../sources/source.ts";
import { useChosen, useSources, type Chosen, type Sources } from "../sources/use-sources.ts";
import { Bench } from "./bench.tsx";
import type { Answerer } from "./conversation.ts";
import { useConversation } from "./use-conversation.ts";

export type PlaygroundRoute = Extract<Route, { view: "playground" }>;

/** Waits for whose project this is: what was said in another one is none of its business. */
export function Playground({ route }: { readonly route: PlaygroundRoute }) {
  const { data, error } = useIdentity();
  if (data === null && error === null) {
    return (
      <>
        <Heading title="Playground" />
        <Skeleton lines={6} />
      </>
    );
  }
  return <Chat route={route} place={data === null ? "" : `${data.backend} ${data.project}`} />;
}

interface ChatProps {
  readonly route: PlaygroundRoute;
  /** The project, as a key of what is remembered. */
  readonly place: string;
}

function Chat({ route, place }: ChatProps) {
  const { router } = useStudio();
  const sources = useSources();
  // What is shown follows the address, but not while somebody answers.
  const [shown, show] = useState(route);
  // Without the jobs nothing is known of adapters; the base models answer all the same.
  const panes = panesOf(shown, sources.jobs === null && sources.jobsError !== null);
  const first = useChosen(panes[0], sources);
  const second = useChosen(panes[1] ?? nobody, sources);
  const third = useChosen(panes[2] ?? nobody, sources);
  const fourth = useChosen(panes[3] ?? nobody, sources);
  const chosen = [first, second, third, fourth].slice(0, panes.length);
  const conversation = useConversation(`arkor-studio-chat ${place} ${hrefOf(shown)}`);
  const address = hrefOf(route);
  const { busy } = conversation;
  useEffect(() => {
    if (!busy) show(route);
  }, [address, busy]);

  const choose = (next: readonly Pane[]): void => {
    conversation.stop();
    router.replace(hrefTo(next));
  };
  const { jobs } = sources;
  useEffect(() => {
    if (jobs === null || busy) return;
    const known = panes.map((pane) => (pane.adapter === null || jobs.some(({ id }) => id === pane.adapter) ? pane : fallback(jobs)));
    if (hrefTo(known) !== hrefTo(panes)) router.replace(hrefTo(known));
  }, [jobs, hrefOf(shown), busy]);

  return (
    <>
      <Heading title="Playground" />
      {sources.jobsError !== null && <ErrorBox what="Failed to load jobs" error={sources.jobsError} onRetry={sources.refresh} />}
      <Bench chosen={chosen} sources={sources} answerers={answerersOf(chosen, sources)} conversation={conversation} place={place} onChoose={choose} />
    </>
  );
}

/** A pane without a wish of its own. */
const nobody: Pane = { adapter: null, step: null };

function panesOf(route: PlaygroundRoute, baseOnly: boolean): readonly [Pane, ...Pane[]] {
  const { adapter, step, model, beside } = route;
  const first = { adapter, step, ...(model !== undefined && { model }) };
  const known = (pane: Pane): Pane => (baseOnly && pane.adapter !== null ? nobody : pane);
  return [known(first), ...(beside ?? []).map(known)];
}

function hrefTo(panes: readonly Pane[]): string {
  const [first = nobody, ...beside] = panes;
  return hrefOf({ view: "playground", ...first, ...(beside.length > 0 && { beside }) });
}

/** null while one of them has nothing that answers, or nobody knows yet how it is called. */
function answerersOf(chosen: readonly Chosen[], { jobs: known, jobsError }: Sources): readonly Answerer[] | null {
  if (known === null && jobsError === null && chosen.some(({ wish }) => wish.adapter !== null)) return null;
  const jobs = known ?? [];
  const answerers = chosen.flatMap(({ source }) => (source === null ? [] : [{ source, label: labelOf(source, jobs) }]));
  return answerers.length === chosen.length ? answerers : null;
}
