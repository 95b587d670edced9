import { useEffect, useState } from "preact/hooks";

import { fieldsOf, textOf } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { ErrorBox } from "../parts/states.tsx";
import { useStudio } from "../studio.ts";

export interface SignInState {
  /** none, running, done or failed. */
  readonly state: string;
  readonly url: string;
  readonly code: string;
  readonly error: string;
  readonly hint: string;
}

const path = "/api/signin";
const lookMs = 1000;

function parseSignIn(value: unknown): SignInState {
  const fields = fieldsOf(value);
  const url = textOf(fields["url"]);
  return {
    state: textOf(fields["state"]),
    url: /^https?:\/\//.test(url) ? url : "",
    code: textOf(fields["code"]),
    error: textOf(fields["error"]),
    hint: textOf(fields["hint"]),
  };
}

/** Signs in to an account: the server does it, and says here where to go. */
export function SignIn({ label, onDone }: { readonly label: string; readonly onDone: () => void }) {
  const { api } = useStudio();
  const [error, setError] = useState<unknown>(null);
  const poll = usePoll(async (signal) => parseSignIn(await api.get(path, signal)), "sign-in", ({ data }) => (data?.state === "running" ? lookMs : null));
  const now = poll.data;
  useEffect(() => {
    if (now?.state === "done") onDone();
  }, [now?.state]);

  async function change(method: string, body?: unknown): Promise<void> {
    setError(null);
    try {
      await api.ask(path, { method, ...(body !== undefined && { body }) });
    } catch (reason) {
      setError(reason);
    }
    poll.refresh();
  }

  if (now?.state === "running") {
    return (
      <div class="sign-in" role="status">
        {now.url === "" ? (
          <p>Asking where to sign in…</p>
        ) : (
          <>
            <p>
              Sign in on{" "}
              <a href={now.url} target="_blank" rel="noopener noreferrer">
                {new URL(now.url).host}
              </a>
              , then come back here.
            </p>
            {now.code !== "" && (
              <p>
                The code to enter is <strong class="mono">{now.code}</strong>
              </p>
            )}
            <span class="command">
              <code>{now.url}</code>
              <CopyButton text={now.url} label="Copy the address" />
            </span>
          </>
        )}
        <div class="row">
          {now.code === "" && now.url !== "" && (
            <Button onClick={() => void change("DELETE").then(() => change("POST", { device: true }))} title="For a browser on another machine than this">
              Use a code instead
            </Button>
          )}
          <Button onClick={() => void change("DELETE")}>Cancel sign-in</Button>
        </div>
      </div>
    );
  }
  return (
    <div class="sign-in">
      {now?.state === "done" && <p role="status">You are signed in.</p>}
      {now?.state === "failed" && (
        <div class="error-box" role="alert">
          <div>
            <p>
              <strong>Not signed in:</strong> {now.error}
            </p>
            {now.hint !== "" && <p class="quiet">{now.hint}</p>}
          </div>
        </div>
      )}
      {error !== null && <ErrorBox what="The sign-in did not begin" error={error} />}
      <div class="row">
        <Button kind="primary" onClick={() => void change("POST", {})}>
          {label}
        </Button>
      </div>
    </div>
  );
}
