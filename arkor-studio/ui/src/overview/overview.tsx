import { Heading } from "../parts/heading.tsx";
import { RecentJobs } from "./recent-jobs.tsx";

export function Overview() {
  return (
    <>
      <Heading title="Overview" windowTitle="" />
      <div class="stack">
        <RecentJobs />
      </div>
    </>
  );
}
