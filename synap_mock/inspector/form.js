// A form for one request of the control API.
import { send } from "./api.js";
import { html, useState } from "./html.js";
import { marked, Problem } from "./parts.js";
import { inputOf, valueOf } from "./schema.js";

// `fixed` are fields that are sent as they are. `current` are values shown to begin with; only changes of them are sent.
export function Form({ document, schema, method, path, fixed = {}, current, label, done, children }) {
  const [texts, setTexts] = useState({});
  const [{ message, error }, setResult] = useState({});
  const names = Object.keys(schema.properties ?? {}).filter((name) => !(name in fixed));
  const inputs = Object.fromEntries(names.map((name) => [name, inputOf(document, schema.properties[name])]));
  const submit = async (event) => {
    event.preventDefault();
    const given = names.map((name) => [name, valueOf(inputs[name], texts[name])]).filter(([, value]) => value !== undefined);
    try {
      const answer = await send(method, path, { ...fixed, ...Object.fromEntries(given) });
      setTexts({});
      setResult({ message: done?.(answer) ?? "Done." });
    } catch (problem) {
      setResult({ error: problem });
    }
  };
  return html`<form onSubmit=${submit}>
    ${children}
    <div class="fields">
      ${names.map((name) => html`<${Field}
        key=${name}
        name=${name}
        input=${inputs[name]}
        isRequired=${schema.required?.includes(name)}
        text=${texts[name]}
        current=${current?.[name]}
        change=${(text) => setTexts({ ...texts, [name]: text })}
      />`)}
    </div>
    <p class="submit"><button type="submit" class="primary">${label}</button> <span role="status">${message}</span></p>
    ${error && html`<${Problem} error=${error} />`}
  </form>`;
}

function Field({ name, input, isRequired, text, current, change }) {
  const onInput = (event) => change(event.currentTarget.value);
  const usual = current ?? input.usual;
  const placeholder = usual === undefined ? "" : typeof usual === "string" ? usual : JSON.stringify(usual);
  return html`<label class="field">
    <span>${name}${isRequired ? " *" : ""}</span>
    ${input.kind === "choice" || input.kind === "boolean"
      ? html`<select onChange=${onInput} value=${text ?? ""} required=${isRequired}>
          <option value="">${placeholder || (isRequired ? "" : "(not set)")}</option>
          ${(input.choices ?? ["true", "false"]).map((choice) => html`<option value=${String(choice)}>${String(choice)}</option>`)}
          ${input.isOptional && html`<option value="null">null</option>`}
        </select>`
      : html`<input
          type=${input.kind === "number" && !input.isOptional ? "number" : "text"}
          min=${input.least}
          max=${input.most}
          step=${input.isWhole ? 1 : "any"}
          value=${text ?? ""}
          placeholder=${placeholder}
          required=${isRequired}
          spellcheck="false"
          autocomplete="off"
          onInput=${onInput}
        />`}
    <small>${marked(input.description)}</small>
  </label>`;
}
