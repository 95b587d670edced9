// Which models "arkor eval" compares: the base, what was trained on it, and
// what an endpoint answers with.

const fail = (message, hint, code) => Object.assign(new Error(message), { name: "ArkorError", hint, code });

/**
 * Returns the job and its models. read gets an answer of the API, or undefined
 * where the backend does not offer it.
 */
export async function chooseModels(read, { job: wanted, checkpoint, endpoint }) {
  const { job, events } = await findJob(read, wanted);
  const base = { key: "base", model: job.config.model, step: 0, target: { kind: "base", model: job.config.model } };
  const tuned = checkpoint === undefined ? finalOf(job, events) : await checkpointOf(read, job, checkpoint);
  const models = [base, { key: "tuned", ...tuned }];
  const deployed = await findEndpoint(read, endpoint);
  if (deployed) models.push({ key: "deployed", ...deployed });
  return { job, models };
}

async function findJob(read, wanted) {
  const list = async (query) => (await read(["v1", "jobs"], query))?.jobs ?? [];
  if (wanted === undefined) {
    const [latest] = newestFirst(await list({ status: "completed", limit: "1" })).filter(isCompleted);
    if (!latest) throw fail("the project has no completed training", "train one with `arkor start`", "no_job");
    return await jobWithEvents(read, latest.id);
  }
  // The words of "arkor jobs", which reads a name the same way.
  const jobs = newestFirst(await list());
  const exact = jobs.filter(({ id }) => id === wanted);
  const found = exact.length > 0 ? exact : jobs.filter(({ id, name }) => id.startsWith(wanted) || name === wanted);
  if (found.length === 0) {
    const hint = "`arkor jobs list` shows them; without a name `arkor eval` takes the latest that completed";
    throw fail(`no job of this project is called ${JSON.stringify(wanted)}`, hint, "job_not_found");
  }
  if (found.length > 1) {
    const error = fail(`${found.length} jobs are called ${JSON.stringify(wanted)}:`, "name one of them by the beginning of its id", "job_ambiguous");
    throw Object.assign(error, { details: candidates(found) });
  }
  return await jobWithEvents(read, found[0].id);
}

const maxCandidates = 10;

function candidates(jobs) {
  const lines = jobs.slice(0, maxCandidates).map(({ id, status, createdAt }) => `  ${id}  ${String(status).padEnd("completed".length)}  ${ago(createdAt)}`);
  return jobs.length > maxCandidates ? [...lines, `  and ${jobs.length - maxCandidates} more`] : lines;
}

function ago(timestamp) {
  const minutes = Math.floor((Date.now() - Date.parse(timestamp)) / 60_000);
  if (!Number.isFinite(minutes)) return String(timestamp);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days < 60 ? `${days} days ago` : String(timestamp).slice(0, "2026-01-02".length);
}

const isCompleted = ({ status }) => status === "completed";
const newestFirst = (jobs) => [...jobs].sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));

async function jobWithEvents(read, id) {
  const { job, events = [] } = (await read(["v1", "jobs", id])) ?? {};
  if (typeof job?.config?.model !== "string") throw fail(`the backend does not say which model job ${id} is of`, "", "unexpected_response");
  return { job, events };
}

function finalOf(job, events) {
  if (!isCompleted(job)) {
    throw fail(`job ${job.id} is ${job.status} and has no final adapter`, "name one of its checkpoints with --checkpoint STEP", "no_adapter");
  }
  const said = events.findLast(({ type }) => type === "training.completed")?.metrics?.finalStep;
  const step = said ?? Math.max(0, ...events.map(({ step }) => (Number.isFinite(step) ? step : 0)));
  return { model: { kind: "final", jobId: job.id }, step, target: { kind: "final", step } };
}

async function checkpointOf(read, job, step) {
  const known = (await read(["v1", "jobs", job.id, "metrics"], { points: "10" }))?.metrics?.checkpoints;
  if (Array.isArray(known) && !known.includes(step)) {
    const hint = known.length === 0 ? "it has none; saveSteps of the trainer says how often one is saved" : `it has ${known.length === 1 ? "that of step" : "those of the steps"} ${known.join(", ")}`;
    throw fail(`job ${job.id} has no checkpoint of step ${step}`, hint, "no_adapter");
  }
  return { model: { kind: "checkpoint", jobId: job.id, step }, step, target: { kind: "checkpoint", step } };
}

/** Without a slug the endpoint that was changed last is it, if there is one that answers. */
async function findEndpoint(read, slug) {
  const all = (await read(["v1", "endpoints"]))?.deployments ?? [];
  const [latest] = all.filter(({ enabled }) => enabled).sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  const found = slug === undefined ? latest : all.find((one) => one.slug === slug);
  if (!found) {
    if (slug === undefined) return undefined;
    const hint = all.length === 0 ? "it has none" : `it has ${all.map((one) => one.slug).join(", ")}`;
    throw fail(`the project has no endpoint ${slug}`, hint, "endpoint_not_found");
  }
  const { target } = found;
  const of = { target: { kind: "endpoint", slug: found.slug } };
  if (target.kind === "base_model") return { ...of, model: target.baseModel, step: 0, adapter: { model: target.baseModel } };
  if (target.adapter.kind === "checkpoint") return { ...of, model: target.adapter, step: target.adapter.step, adapter: target.adapter };
  const { job, events } = await jobWithEvents(read, target.adapter.jobId);
  return { ...of, model: target.adapter, step: finalOf(job, events).step, adapter: target.adapter };
}
