import type { ComponentChildren } from "preact";

import { datasetLabel, truncateMiddle } from "../formats/text.ts";
import { durationOf, formatDuration, formatMinute, nothing } from "../formats/time.ts";
import { isOver, textOf } from "../net/shapes.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { hrefOf } from "../router/route.ts";
import { useSeconds } from "../studio.ts";
import type { LiveJob } from "./use-job.ts";

export function Details({ id, live }: { readonly id: string; readonly live: LiveJob }) {
  const { job, record, status } = live;
  const now = useSeconds(!isOver(status));
  const startedAt = job?.startedAt ?? record.startedAt;
  const completedAt = job?.completedAt ?? record.completedAt;
  const dataset = datasetLabel(job?.config ?? {});
  return (
    <section class="card" aria-labelledby="details">
      <div class="card-head">
        <h2 id="details">Details</h2>
      </div>
      <dl class="facts card-body">
        <Fact name="Duration">{formatDuration(durationOf({ status, startedAt, completedAt }, now))}</Fact>
        <Fact name="Created">{formatMinute(job?.createdAt ?? null)}</Fact>
        <Fact name="Started">{formatMinute(startedAt)}</Fact>
        <Fact name="Completed">{formatMinute(completedAt)}</Fact>
        <Fact name="Base model">{textOf(job?.config["model"]) || nothing}</Fact>
        <Fact name="Dataset">{dataset}</Fact>
        <Fact name="Artifacts">{isOver(status) && record.artifacts !== null ? record.artifacts : nothing}</Fact>
        {job?.resumedFrom && (
          <Fact name="Resumed from">
            <a href={hrefOf({ view: "job", id: job.resumedFrom.jobId })}>{truncateMiddle(job.resumedFrom.jobId, 8, 6)}</a>, step {job.resumedFrom.step}
          </Fact>
        )}
        <Fact name="Job ID">
          <span class="mono" title={id}>
            {truncateMiddle(id, 8, 6)}
          </span>
          <CopyButton text={id} label="Copy the job's ID" />
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
