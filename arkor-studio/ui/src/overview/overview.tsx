import { useEffect } from "preact/hooks";

import "./overview.css";
import { Heading } from "../parts/heading.tsx";
import { useStudio } from "../studio.ts";
import { ProjectPicker } from "./project-picker.tsx";
import { RecentJobs } from "./recent-jobs.tsx";
import { Tiles } from "./tiles.tsx";
import { TrainCard } from "./train-card.tsx";
import { Trainings } from "./trainings.tsx";

export function Overview() {
  const { news } = useStudio();
  useEffect(() => news.follow(), [news]);
  return (
    <>
      <Heading title="Overview" windowTitle="" />
      <div class="stack">
        <ProjectPicker />
        <TrainCard />
        <Trainings />
        <RecentJobs />
        <Tiles />
      </div>
    </>
  );
}
