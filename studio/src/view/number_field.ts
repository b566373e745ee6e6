/** A number with its label; what is typed without a pause is undone as one. */

import { html } from "lit";
import type { Session } from "../model/session";

export function numberField(
  session: Session,
  label: string,
  value: number,
  [min, max, step]: [number, number, number],
  set: (value: number) => void,
) {
  const change = (event: Event) => {
    const field = event.target as HTMLInputElement;
    if (field.value !== "" && field.validity.valid) set(Number(field.value));
  };
  return html`<label class="field"><span>${label}</span>
    <input type="number" min=${min} max=${max} step=${step === 1 ? "any" : step} .value=${String(Math.round(value * 100) / 100)} @input=${change} @blur=${() => session.history.settle()} /></label>`;
}
