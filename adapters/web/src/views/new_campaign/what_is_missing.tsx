// What a campaign still lacks, with the way there.
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { missing, planFaults, type Form } from "./draft_form";
import type { Step } from "./steps";
import { words as table } from "./words";

export function lacking(form: Form): Step[] {
  const found: Step[] = [];
  if (!form.audience) found.push("audience");
  if (missing(form).length > 0) found.push("message");
  if (planFaults(form.plan).length > 0) found.push("plan");
  return found;
}

export function WhatIsMissing({ form, goTo }: { form: Form; goTo: (step: Step) => void }) {
  const words = useViewWords(table);
  const found = lacking(form);
  if (found.length === 0) return null;
  return (
    <ul className="lacking">
      {found.map((step) => (
        <li key={step} className="notice" data-kind="held">
          <span>
            {step === "message" ? words.lacking.message(missing(form).map((one) => words.lacking.fields[one])) : words.lacking[step as "plan"]}
          </span>
          <Button onClick={() => goTo(step)}>{words.steps[step]}</Button>
        </li>
      ))}
    </ul>
  );
}
