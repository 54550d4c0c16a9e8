// What the engine does not have (yet), kept in this browser: localStorage, for each person by name.
import { emptyForm, type Form } from "./draft_form";
import type { Step } from "./steps";

export interface Kept {
  form: Form;
  step: Step;
  /** The idempotency key of its creation: however often that is tried, there will be one draft. */
  creation: string;
  /** The engine's version that was changed; 0 for none. */
  version: number;
  at: number;
}

const prefix = (person: string) => `sluice.draft.${person}.`;

/** False when the browser has no room or no leave for it. */
export function keep(person: string, key: string, kept: Kept): boolean {
  try {
    localStorage.setItem(prefix(person) + key, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

export function drop(person: string, key: string): void {
  localStorage.removeItem(prefix(person) + key);
}

export function find(person: string, key: string): Kept | null {
  const text = localStorage.getItem(prefix(person) + key);
  if (!text) return null;
  try {
    const kept = JSON.parse(text) as Kept;
    // What was kept before there was a field has none.
    return kept.form?.plan ? { ...kept, form: { ...emptyForm(), ...kept.form } } : null;
  } catch {
    return null;
  }
}

/** Those of which the engine does not have all, the last first. The key of one that it has is the draft's id. */
export function begun(person: string): [key: string, kept: Kept][] {
  const found: [string, Kept][] = [];
  for (const full of Object.keys(localStorage)) {
    const key = full.slice(prefix(person).length);
    const kept = full.startsWith(prefix(person)) ? find(person, key) : null;
    if (kept) found.push([key, kept]);
  }
  return found.sort(([, left], [, right]) => right.at - left.at);
}

