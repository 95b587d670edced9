import "./overview.css";
import { Heading } from "../parts/heading.tsx";
import { useIdentity } from "../shell/use-identity.ts";
import { useStudio, useValue } from "../studio.ts";
import { PreviewCard } from "./preview-card.tsx";
import { ProjectPicker } from "./project-picker.tsx";
import { RecentJobs } from "./recent-jobs.tsx";
import { Tiles } from "./tiles.tsx";
import { TrainCard } from "./train-card.tsx";
import { Trainings } from "./trainings.tsx";
import { usePreview } from "./use-preview.ts";

export function Overview() {
  const { news } = useStudio();
  const manifest = useValue(news.manifest);
  const { data: identity } = useIdentity();
  const preview = usePreview(manifest, identity === null ? null : identity.backend === "local" && identity.projectSlug !== null);
  return (
    <>
      <Heading title="Overview" windowTitle="" />
      <div class="stack">
        <ProjectPicker />
        <TrainCard manifest={manifest} preview={preview.answer?.preview ?? null} />
        <Trainings />
        <PreviewCard state={preview} isLocal={identity?.backend === "local"} />
        <RecentJobs />
        <Tiles />
      </div>
    </>
  );
}
