import { useId } from "preact/hooks";

import type { Offer, Problems, Settings } from "./settings.ts";

interface PanelProps {
  readonly settings: Settings;
  readonly problems: Problems;
  readonly offer: Offer;
  readonly onChange: (settings: Settings) => void;
}

interface Field {
  readonly name: keyof Settings;
  readonly label: string;
  /** In a field of its own lines. */
  readonly long?: boolean;
  readonly hint: string;
  /** Without this nobody could follow it. */
  readonly needs?: keyof Offer;
}

const fields: readonly Field[] = [
  { name: "system", label: "System prompt", long: true, hint: "None" },
  { name: "temperature", label: "Temperature", hint: "Backend's default" },
  { name: "topP", label: "Top-p", hint: "Backend's default" },
  { name: "maxTokens", label: "Max tokens", hint: "Backend's default" },
  { name: "schema", label: "JSON schema of the answer", long: true, hint: '{ "type": "object", … }', needs: "structure" },
  { name: "structure", label: "Structured output", long: true, hint: '{ "choice": ["yes", "no"] }', needs: "structure" },
  { name: "tools", label: "Tools", long: true, hint: '[{ "type": "function", "function": { "name": … } }]', needs: "tools" },
];

export function SettingsPanel({ settings, problems, offer, onChange }: PanelProps) {
  return (
    <section class="card bench-side" aria-labelledby="settings">
      <div class="card-head">
        <h2 id="settings">Settings</h2>
      </div>
      <div class="card-body settings">
        {fields.filter(({ needs }) => needs === undefined || offer[needs]).map((field) => (
          <Row key={field.name} field={field} value={settings[field.name]} problem={problems[field.name]} onInput={(text) => onChange({ ...settings, [field.name]: text })} />
        ))}
        {settings.tools.trim() !== "" && <ToolChoice value={settings.toolChoice} onChange={(toolChoice) => onChange({ ...settings, toolChoice })} />}
        <p class="quiet settings-note">What is left empty is not sent.</p>
      </div>
    </section>
  );
}

const choices: Readonly<Record<string, string>> = { auto: "When the model wants to", required: "At least one", none: "None" };

function ToolChoice({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div class="setting">
      <label for={id}>Calls a tool</label>
      <select id={id} class="field" value={value || "auto"} onChange={(event) => onChange(event.currentTarget.value)}>
        {Object.entries(choices).map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </div>
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
    class: field.long && field.name !== "system" ? "field mono" : "field",
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
