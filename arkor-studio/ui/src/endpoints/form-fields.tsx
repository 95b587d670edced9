import { useId } from "preact/hooks";

import { retentionNames, type Retention } from "./fields.ts";
import { authLine } from "./shapes.ts";

interface AuthProps {
  readonly value: string;
  readonly disabled?: boolean;
  readonly onChange: (mode: string) => void;
}

export function AuthField({ value, disabled, onChange }: AuthProps) {
  const id = useId();
  return (
    <div class="form-row">
      <label class="form-label" for={id}>
        Who may call it
      </label>
      <select id={id} class="field" value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.value)}>
        {["fixed_api_key", "none", ...(value === "none" || value === "fixed_api_key" ? [] : [value])].map((mode) => (
          <option key={mode} value={mode}>
            {authLine(mode)}
          </option>
        ))}
      </select>
      {value === "none" && <p class="form-hint text-warn">Anybody who knows the address can use it, at your cost.</p>}
    </div>
  );
}

interface RetentionProps {
  readonly value: Retention;
  readonly onChange: (retention: Retention) => void;
}

export function RetentionFields({ value, onChange }: RetentionProps) {
  const id = useId();
  return (
    <div class="form-row">
      <label class="form-label" for={id}>
        How long chats are kept
      </label>
      <div class="row">
        <select id={id} class="field" value={value.mode} onChange={(event) => onChange({ ...value, mode: event.currentTarget.value })}>
          {/* A backend may know more ways than this page. */}
          {!(value.mode in retentionNames) && <option value={value.mode}>{value.mode || "As the backend does"}</option>}
          {Object.entries(retentionNames).map(([mode, name]) => (
            <option key={mode} value={mode}>
              {name}
            </option>
          ))}
        </select>
        {value.mode === "days" && (
          <input class="field days" type="number" min={1} step={1} aria-label="Days" value={value.days} onInput={(event) => onChange({ ...value, days: event.currentTarget.value })} />
        )}
      </div>
    </div>
  );
}
