import { useState } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import { Time } from "../parts/time.tsx";
import type { Fields } from "../net/shapes.ts";
import { wishFor } from "../sources/source.ts";
import { SourcePicker } from "../sources/source-picker.tsx";
import { useChosen, useSources } from "../sources/use-sources.ts";
import { AuthField, RetentionFields } from "./form-fields.tsx";
import { retentionFields, type Retention } from "./fields.ts";
import { targetLine, targetOf, type Endpoint } from "./shapes.ts";

/** Changes fields of the endpoint; tells whether that was done. */
export type Change = (fields: Fields) => Promise<boolean>;

interface CardProps {
  readonly endpoint: Endpoint;
  readonly busy: boolean;
  readonly change: Change;
}

export function SettingsCard(props: CardProps) {
  const { endpoint, busy, change } = props;
  const [editing, edit] = useState(false);
  return (
    <section class="card" aria-labelledby="endpoint-settings">
      <div class="card-head">
        <h2 id="endpoint-settings">Settings</h2>
        <span class="quiet">
          created <Time at={endpoint.createdAt} />
        </span>
      </div>
      <div class="card-body form-rows">
        <div class="form-row">
          <span class="form-label">Answers with</span>
          {editing ? (
            <TargetForm {...props} onClose={() => edit(false)} />
          ) : (
            <div class="row">
              <span>{targetLine(endpoint.target)}</span>
              <Button label="Change what answers" disabled={busy} onClick={() => edit(true)}>
                Change
              </Button>
            </div>
          )}
        </div>
        <AuthField value={endpoint.authMode} disabled={busy} onChange={(authMode) => void change({ authMode })} />
        <RetentionForm key={`${endpoint.retention} ${endpoint.retentionDays}`} {...props} />
      </div>
    </section>
  );
}

function TargetForm({ endpoint, busy, change, onClose }: CardProps & { readonly onClose: () => void }) {
  const sources = useSources();
  const [wish, choose] = useState(endpoint.target === null ? { adapter: null, step: null } : wishFor(endpoint.target));
  const chosen = useChosen(wish, sources);
  const { source } = chosen;
  return (
    <div class="form-rows">
      <SourcePicker label="Answers with" chosen={chosen} sources={sources} onChoose={choose} />
      <div class="row">
        <Button kind="primary" busy={busy} disabled={source === null} onClick={() => source && void change({ target: targetOf(source) }).then((done) => done && onClose())}>
          Save
        </Button>
        <Button disabled={busy} onClick={onClose}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

function RetentionForm({ endpoint, busy, change }: CardProps) {
  const stored: Retention = { mode: endpoint.retention, days: (endpoint.retentionDays ?? 7).toString() };
  const [value, setValue] = useState(stored);
  const fields = retentionFields(value);
  const same = value.mode === stored.mode && (value.mode !== "days" || value.days === stored.days);
  return (
    <div class="retention">
      <RetentionFields value={value} onChange={setValue} />
      {!same && (
        <div class="row">
          <Button kind="primary" busy={busy} disabled={fields === null} onClick={() => fields && void change(fields)}>
            Save
          </Button>
          <Button disabled={busy} onClick={() => setValue(stored)}>
            Cancel
          </Button>
        </div>
      )}
    </div>
  );
}
