import { render } from "preact";
import { useEffect, useState } from "preact/hooks";

import "./app.css";
import { get, jobsIn, watchManifest, type Job, type Manifest } from "./api.ts";

const pollMs = 5000;

function App() {
  return (
    <main>
      <h1>Arkor Studio</h1>
      <Trainer />
      <Jobs />
    </main>
  );
}

function Trainer() {
  const [manifest, setManifest] = useState<Manifest | null>(null);
  useEffect(() => watchManifest(setManifest), []);
  return (
    <section aria-live="polite">
      <h2>Trainer</h2>
      {manifest === null ? <p>Reading the project…</p> : <State manifest={manifest} />}
    </section>
  );
}

function State({ manifest }: { readonly manifest: Manifest }) {
  if (manifest.error !== undefined) {
    return (
      <>
        <pre>{manifest.error}</pre>
        {manifest.hint !== undefined && <p>{manifest.hint}</p>}
      </>
    );
  }
  if (!manifest.trainer) return <p>src/arkor/index.ts exports no trainer.</p>;
  return (
    <p>
      <strong>{manifest.trainer.name}</strong>: <code>arkor start</code> trains it.
    </p>
  );
}

function Jobs() {
  const [jobs, setJobs] = useState<readonly Job[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const leaving = new AbortController();
    let timer = 0;
    async function load() {
      try {
        setJobs(jobsIn(await get("/api/jobs", leaving.signal)));
        setError("");
      } catch (reason) {
        setError(reason instanceof Error ? reason.message : String(reason));
      }
      if (!leaving.signal.aborted) timer = window.setTimeout(load, pollMs);
    }
    void load();
    return () => {
      leaving.abort();
      window.clearTimeout(timer);
    };
  }, []);
  return (
    <section>
      <h2>Jobs</h2>
      {error !== "" && <p role="alert">Failed to load jobs: {error}</p>}
      {jobs?.length === 0 && <p>No jobs yet.</p>}
      {jobs !== null && jobs.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>Status</th>
              <th>Name</th>
              <th>Created</th>
              <th>ID</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.id}>
                <td>{job.status}</td>
                <td>{job.name}</td>
                <td>
                  <time dateTime={job.createdAt}>{new Date(job.createdAt).toLocaleString()}</time>
                </td>
                <td>
                  <code>{job.id}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const root = document.getElementById("app");
if (root) render(<App />, root);
