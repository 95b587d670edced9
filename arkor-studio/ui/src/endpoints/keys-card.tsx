import type { RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { ErrorBox, Skeleton } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { useGuard, useStudio } from "../studio.ts";
import { labelFits } from "./fields.ts";
import { parseKeys, parseNewKey, type Key, type NewKey } from "./shapes.ts";
import { useMutation, useSubject } from "./subject.ts";

interface CardProps {
  /** Of the endpoint. */
  readonly path: string;
  /** Whether callers need a key. */
  readonly enforced: boolean;
  /** Hears whether a key is on screen that is told only once. */
  readonly onFresh: (fresh: boolean) => void;
}

export function KeysCard({ path, enforced, onFresh }: CardProps) {
  const { api } = useStudio();
  const { data, error, put, refresh } = useSubject(path + "/keys", parseKeys);
  const issuing = useMutation();
  const [fresh, setFresh] = useState<NewKey | null>(null);
  const [revoked, revoke] = useState<Key | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const saved = (): void => {
    setFresh(null);
    field.current?.focus(); // what had the focus is gone
  };
  const asked = useRef(false);
  useEffect(() => {
    // The button that asked is gone with the key.
    if (asked.current && revoked === null && document.activeElement === document.body) field.current?.focus();
    asked.current = revoked !== null;
  }, [revoked]);
  useEffect(() => onFresh(fresh !== null), [fresh !== null]);
  useGuard(
    fresh !== null
      ? "The new key is shown only this once. Whoever leaves without saving it has to issue another one."
      : issuing.busy
        ? "A key is being issued. It is shown only once, and here."
        : null,
  );
  const issue = (label: string): Promise<boolean> =>
    issuing.run(async () => {
      const made = parseNewKey(await api.post(path + "/keys", { label }));
      setFresh(made);
      if (data === null) refresh();
      else put([...data, made.key]);
    });
  async function confirmed(key: Key): Promise<void> {
    await api.delete(`${path}/keys/${encodeURIComponent(key.id)}`);
    put((data ?? []).map((one) => (one.id === key.id ? { ...one, enabled: false } : one)));
    revoke(null);
  }
  return (
    <section class="card keys-card" aria-labelledby="keys">
      <div class="card-head">
        <h2 id="keys">API keys</h2>
      </div>
      <div class="card-body form-rows">
        {!enforced && <p class="quiet">The endpoint is public: keys are not enforced.</p>}
        {fresh && <FreshKey fresh={fresh} onSaved={saved} />}
        {error !== null && <ErrorBox what="Failed to load the keys" error={error} onRetry={refresh} />}
        {data === null && error === null && <Skeleton lines={2} />}
        {data?.length === 0 && <p class="quiet">No keys yet.</p>}
        {data !== null && data.length > 0 && <KeyTable keys={data} onRevoke={revoke} />}
        <IssueForm field={field} busy={issuing.busy} blocked={fresh !== null} onIssue={issue} />
        {issuing.error !== null && <ErrorBox what="No key was issued" error={issuing.error} />}
      </div>
      {revoked && (
        <Confirm title={`Revoke ${revoked.label}?`} confirm="Revoke" keep="Keep it" danger onConfirm={() => confirmed(revoked)} onClose={() => revoke(null)}>
          Whoever uses this key is refused from then on. This cannot be undone.
        </Confirm>
      )}
    </section>
  );
}

function FreshKey({ fresh, onSaved }: { readonly fresh: NewKey; readonly onSaved: () => void }) {
  return (
    <div class="fresh-key" role="alert">
      <p>
        <strong>Save this key now.</strong> It is not shown again.
      </p>
      <div class="endpoint-url">
        <code>{fresh.plaintext}</code>
        <CopyButton text={fresh.plaintext} label="Copy the key" />
      </div>
      <Button onClick={onSaved}>I've saved it</Button>
    </div>
  );
}

function KeyTable({ keys, onRevoke }: { readonly keys: readonly Key[]; readonly onRevoke: (key: Key) => void }) {
  return (
    <div class="table-scroll">
      <table class="table keys-table">
        <thead>
          <tr>
            <th>Label</th>
            <th>Key</th>
            <th>Created</th>
            <th>Last used</th>
            <th>
              <span class="hidden">Revoke</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <td>{key.enabled ? key.label : <s>{key.label}</s>}</td>
              <td class="mono">{key.prefix}…</td>
              <td class="quiet">
                <Time at={key.createdAt} />
              </td>
              <td class="quiet">{key.lastUsedAt === null ? "never" : <Time at={key.lastUsedAt} />}</td>
              <td>
                {key.enabled ? (
                  <Button kind="danger" label={`Revoke ${key.label}`} onClick={() => onRevoke(key)}>
                    Revoke
                  </Button>
                ) : (
                  <span class="quiet">revoked</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface IssueProps {
  readonly field: RefObject<HTMLInputElement>;
  readonly busy: boolean;
  /** The last key has not been saved yet. */
  readonly blocked: boolean;
  readonly onIssue: (label: string) => Promise<boolean>;
}

function IssueForm({ field, busy, blocked, onIssue }: IssueProps) {
  const id = useId();
  const [label, setLabel] = useState("");
  return (
    <form
      class="row issue-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (labelFits(label) && !blocked) void onIssue(label.trim()).then((done) => done && setLabel(""));
      }}
    >
      <label class="hidden" for={id}>
        Label of the new key
      </label>
      <input ref={field} id={id} class="field" value={label} maxLength={80} placeholder="Label, for example production" autoComplete="off" onInput={(event) => setLabel(event.currentTarget.value)} />
      <Button submits busy={busy} disabled={!labelFits(label) || blocked} title={blocked ? "Save the last key first" : undefined}>
        {busy ? "Issuing…" : "Issue key"}
      </Button>
    </form>
  );
}
