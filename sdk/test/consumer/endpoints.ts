import { CloudApiClient, defaultArkorCloudApiUrl, ensureCredentials, readState } from "arkor";

const credentials = await ensureCredentials();
const client = new CloudApiClient({ baseUrl: defaultArkorCloudApiUrl(credentials), credentials });
const scope = await readState();
if (scope === null) throw new Error("this folder has no project of a cloud yet: arkor start makes one");

const { deployment } = await client.createDeployment(scope, {
  slug: "support-bot",
  target: { kind: "adapter", adapter: { kind: "final", jobId: "the id of a completed job" } },
  authMode: "fixed_api_key",
});
const { key } = await client.createDeploymentKey(deployment.id, scope, { label: "production" });
console.log(key.plaintext); // told here and never again
