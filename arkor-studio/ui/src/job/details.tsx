import type { ComponentChildren } from "preact";

import { datasetLabel, truncateMiddle } from "../formats/text.ts";
import { durationOf, formatDuration, formatMinute, nothing } from "../formats/time.ts";
import { isOver, textOf } from "../net/shapes.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { hrefOf } from "../router/route.ts";
import { uploadsOf, useFilenames } from "../sources/filenames.ts";
import { useSeconds } from "../studio.ts";
import type { LiveJob } from "./use-job.ts";
import { useSource } from "./use-source.ts";

interface DetailsProps {
  readonly id: string;
  readonly live: LiveJob;
  /** Whether the job goes by another name here. */
  readonly renamed: boolean;
}

export function Details({ id, live, renamed }: DetailsProps) {
  const { job, record, status } = live;
  const now = useSeconds(!isOver(status));
  const startedAt = job?.startedAt ?? record.startedAt;
  const completedAt = job?.completedAt ?? record.completedAt;
  const config = job?.config ?? {};
  const uploads = uploadsOf(config);
  const filenames = useFilenames(uploads.map(([, file]) => file));
  const source = useSource(id);
  return (
    <section class="card" aria-labelledby="details">
      <div class="card-head">
        <h2 id="details">Details</h2>
      </div>
      <dl class="facts card-body">
        {renamed && <Fact name="Made as">{job?.name}</Fact>}
        <Fact name="Duration">{formatDuration(durationOf({ status, startedAt, completedAt }, now))}</Fact>
        <Fact name="Created">{formatMinute(job?.createdAt ?? null)}</Fact>
        <Fact name="Started">{formatMinute(startedAt)}</Fact>
        <Fact name="Completed">{formatMinute(completedAt)}</Fact>
        <Fact name="Base model">{textOf(job?.config["model"]) || nothing}</Fact>
        {uploads.length === 0 && <Fact name="Dataset">{datasetLabel(config)}</Fact>}
        {uploads.map(([role, file]) => (
          <Fact key={role} name={role}>
            <span>{filenames.get(file)}</span>
            <span class="mono quiet fact-hash" title={file}>
              {truncateMiddle(file.replace(/^sha256:/, ""), 8, 4)}
            </span>
          </Fact>
        ))}
        <Fact name="Artifacts">{isOver(status) && record.artifacts !== null ? record.artifacts : nothing}</Fact>
        {job?.resumedFrom && (
          <Fact name="Resumed from">
            <a href={hrefOf({ view: "job", id: job.resumedFrom.jobId })}>{truncateMiddle(job.resumedFrom.jobId, 8, 6)}</a>, step {job.resumedFrom.step}
          </Fact>
        )}
        {source !== null && source.commit !== "" && (
          <Fact name="Commit">
            <span class="mono" title={source.commit}>
              {source.commit.slice(0, 10)}
            </span>
            {source.changed && <span class="quiet">with changes</span>}
            <CopyButton text={source.commit} label="Copy the commit" />
          </Fact>
        )}
        {source !== null && source.artifactHash !== "" && (
          <Fact name="Bundle">
            <span class="mono" title={`sha256 ${source.artifactHash} of .arkor/build/index.mjs`}>
              {truncateMiddle(source.artifactHash, 8, 4)}
            </span>
            <CopyButton text={source.artifactHash} label="Copy the hash of the bundle" />
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
