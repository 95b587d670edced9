import { useState } from "preact/hooks";

import { fieldsOf, textOf } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { Button } from "../parts/button.tsx";
import { ErrorBox } from "../parts/states.tsx";
import { lacksProject } from "../shell/describe.ts";
import { useIdentity } from "../shell/use-identity.ts";
import { useStudio } from "../studio.ts";

/** With an account, which project a folder belongs to is for a person to say. */
export function ProjectPicker() {
  const { data } = useIdentity();
  if (data?.scopeStale) {
    return (
      <p class="card project-note">
        <strong>This folder belongs to a project of another organisation.</strong> Delete <code>.arkor/state.json</code> to begin anew, or run{" "}
        <code>arkor login</code> with the account that owns the project.
      </p>
    );
  }
  return data !== null && lacksProject(data) ? <Picker /> : null;
}

function Picker() {
  const { api } = useStudio();
  const orgs = usePoll(async (signal) => slugsIn(fieldsOf(await api.get("/api/me", signal))["orgs"]), "orgs", () => null);
  const [chosenOrg, chooseOrg] = useState("");
  const org = chosenOrg || (orgs.data?.[0] ?? "");
  const projects = usePoll(
    async (signal) => (org === "" ? [] : slugsIn(fieldsOf(await api.get(`/api/projects?orgSlug=${encodeURIComponent(org)}`, signal))["projects"])),
    "projects of " + org,
    () => null,
  );
  const [chosenProject, chooseProject] = useState("");
  const project = projects.data?.includes(chosenProject) ? chosenProject : (projects.data?.[0] ?? "");
  const [error, setError] = useState<unknown>(null);
  async function bind(): Promise<void> {
    try {
      await api.post("/api/project", { orgSlug: org, projectSlug: project });
      location.reload();
    } catch (reason) {
      setError(reason);
    }
  }
  const failure = error ?? orgs.error ?? projects.error;
  return (
    <section class="card" aria-labelledby="project">
      <div class="card-head">
        <h2 id="project">Which project is this?</h2>
      </div>
      <form
        class="card-body project-form"
        onSubmit={(event) => {
          event.preventDefault();
          void bind();
        }}
      >
        <p class="quiet">The jobs of this folder belong to a project of your account. The choice is written to .arkor/state.json.</p>
        <div class="row">
          <Choice label="Organisation" value={org} options={orgs.data ?? []} onChange={chooseOrg} />
          <Choice label="Project" value={project} options={projects.data ?? []} onChange={chooseProject} />
          <Button kind="primary" submits disabled={project === ""}>
            Use this project
          </Button>
        </div>
        {projects.data?.length === 0 && org !== "" && <p>There is no project in {org} yet.</p>}
        {failure !== null && <ErrorBox what="That did not work" error={failure} />}
      </form>
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select class="field" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}

function slugsIn(list: unknown): readonly string[] {
  return (Array.isArray(list) ? list : []).map((item) => textOf(fieldsOf(item)["slug"])).filter((slug) => slug !== "");
}
