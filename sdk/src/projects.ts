import { asRecord, asString } from "./json.ts";
import { partOf, ShapeProblem, textOf } from "./shape.ts";

/** The organisation and project that a request is about. */
export interface ProjectScope {
  readonly orgSlug: string;
  readonly projectSlug: string;
}

/** A project of an organisation. */
export interface ProjectDto {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly orgId: string;
}

/** Checks a project of an answer. Unknown fields are kept. Throws ShapeProblem. */
export function parseProject(value: unknown): ProjectDto {
  const project = partOf("project", value);
  return {
    ...project.fields,
    id: textOf(project, "id"),
    slug: textOf(project, "slug"),
    name: textOf(project, "name"),
    orgId: textOf(project, "orgId"),
  };
}

/** Checks the answer to `GET /v1/projects`. Throws ShapeProblem. */
export function parseProjects(
  body: Readonly<Record<string, unknown>>,
): { org: { slug: string }; projects: ProjectDto[] } {
  const org = asRecord(body["org"]);
  const slug = asString(org?.["slug"]);
  if (slug === undefined) throw new ShapeProblem("org.slug", "is not a string");
  if (!Array.isArray(body["projects"])) throw new ShapeProblem("projects", "is not a list");
  return { org: { ...org, slug }, projects: body["projects"].map(parseProject) };
}
