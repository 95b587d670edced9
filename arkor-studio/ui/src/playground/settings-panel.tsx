import { useId } from "preact/hooks";

import type { Problems, Settings } from "./settings.ts";

interface PanelProps {
  readonly settings: Settings;
  readonly problems: Problems;
  readonly onChange: (settings: Settings) => void;
}

interface Field {
  readonly name: keyof Settings;
  readonly label: string;
  /** In a field of its own lines. */
  readonly long?: boolean;
  readonly hint: string;
}

const fields: readonly Field[] = [
  { name: "system", label: "System prompt", long: true, hint: "None" },
  { name: "temperature", label: "Temperature", hint: "Backend's default" },
  { name: "topP", label: "Top-p", hint: "Backend's default" },
  { name: "maxTokens", label: "Max tokens", hint: "Backend's default" },
  { name: "schema", label: "JSON schema of the answer", long: true, hint: '{ "type": "object", … }' },
];

export function SettingsPanel({ settings, problems, onChange }: PanelProps) {
  return (
    <section class="card bench-side" aria-labelledby="settings">
      <div class="card-head">
        <h2 id="settings">Settings</h2>
      </div>
      <div class="card-body settings">
        {fields.map((field) => (
          <Row key={field.name} field={field} value={settings[field.name]} problem={problems[field.name]} onInput={(text) => onChange({ ...settings, [field.name]: text })} />
        ))}
        <p class="quiet settings-note">What is left empty is not sent.</p>
      </div>
    </section>
  );
}

interface RowProps {
  readonly field: Field;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onInput: (text: string) => void;
}

function Row({ field, value, problem, onInput }: RowProps) {
  const id = useId();
  const shared = {
    id,
    class: field.name === "schema" ? "field mono" : "field",
    value,
    placeholder: field.hint,
    "aria-invalid": problem !== undefined,
    "aria-describedby": problem === undefined ? undefined : id + "-problem",
  };
  return (
    <div class="setting">
      <label for={id}>{field.label}</label>
      {field.long ? (
        <textarea {...shared} rows={3} spellcheck={field.name === "system"} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input {...shared} inputMode="decimal" autoComplete="off" onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      {problem !== undefined && (
        <p id={id + "-problem"} class="text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}
