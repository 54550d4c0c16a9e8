// One draft, step by step; back and forth freely.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import { AudienceStep } from "./audience_step";
import { CheckStep } from "./check_step";
import { missing, planFaults } from "./draft_form";
import type { DraftKeeper } from "./draft_keeper";
import { MessageStep } from "./message_step";
import { PlanStep } from "./plan_step";
import { SavingSign, SavingTrouble } from "./saving_sign";
import { faultIn } from "./use_preview";
import { StartStep } from "./start_step";
import { nextStep, stepBefore, steps, type Step } from "./steps";
import { words as table } from "./words";

const parts = {
  audience: AudienceStep,
  message: MessageStep,
  plan: PlanStep,
  check: CheckStep,
  start: StartStep,
} satisfies Record<Step, unknown>;

export function Wizard({ keeper }: { keeper: DraftKeeper }) {
  const words = useViewWords(table);
  useSyncExternalStore(keeper.subscribe, keeper.snapshot);
  useEffect(() => keeper.open(), [keeper]);
  useEffect(keepDroppedFilesOut, []);
  useEffect(() => {
    // The link that led here is gone.
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, []);
  const isNowhere = keeper.isNowhere();
  useEffect(() => (isNowhere ? warnBeforeLeaving() : undefined), [isNowhere]);
  const { step, form } = keeper;
  const title = useRef<HTMLHeadingElement>(null);
  const goTo = (next: Step) => {
    keeper.goTo(next);
    // Behind the step that is drawn next: a screen reader begins at its title.
    requestAnimationFrame(() => title.current?.focus());
    scrollTo({ top: 0 });
  };
  const Part = parts[step];
  const next = nextStep(step);
  const before = stepBefore(step);
  return (
    <div className="wizard">
      <div className="wizard-head">
        <nav aria-label={words.stepsLabel}>
          <ol>
            {steps.map((one, index) => {
              const isDone = isStepDone(one, keeper);
              return (
                <li key={one}>
                  <button
                    type="button"
                    aria-current={one === step ? "step" : undefined}
                    data-done={isDone || undefined}
                    onClick={() => goTo(one)}
                  >
                    <span className="wizard-number">{isDone ? <Icon name="check" /> : index + 1}</span>
                    <span>{words.steps[one]}</span>
                    {isDone && <span className="visually-hidden">{words.done}</span>}
                  </button>
                </li>
              );
            })}
          </ol>
        </nav>
        <SavingSign keeper={keeper} />
        <SavingTrouble keeper={keeper} />
      </div>
      <section aria-labelledby="wizard-title" className="wizard-step">
        <h2 id="wizard-title" ref={title} tabIndex={-1}>
          {words.titles[step]}
        </h2>
        <Part keeper={keeper} form={form} goTo={goTo} />
      </section>
      <footer className="wizard-foot">
        {before && <Button onClick={() => goTo(before)}>{words.back}</Button>}
        {next && (
          <Button look={isStepDone(step, keeper) ? "primary" : "plain"} className="wizard-next" onClick={() => goTo(next)}>
            {words.next}
          </Button>
        )}
      </footer>
    </div>
  );
}

/** A file dropped beside its place would make the browser leave the page for it. */
function keepDroppedFilesOut(): () => void {
  const keepOut = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };
  addEventListener("dragover", keepOut);
  addEventListener("drop", keepOut);
  return () => {
    removeEventListener("dragover", keepOut);
    removeEventListener("drop", keepOut);
  };
}

function warnBeforeLeaving(): () => void {
  const warn = (event: Event) => event.preventDefault();
  addEventListener("beforeunload", warn);
  return () => removeEventListener("beforeunload", warn);
}

export interface StepProps {
  keeper: DraftKeeper;
  form: DraftKeeper["form"];
  goTo: (step: Step) => void;
}

function isStepDone(step: Step, keeper: DraftKeeper): boolean {
  const { form } = keeper;
  if (step === "audience") return form.audience !== "";
  if (step === "message") return missing(form).length === 0 && (keeper.saving.state !== "refused" || !faultIn(keeper.saving.why));
  if (step === "plan") return keeper.wasAt("plan") && planFaults(form.plan).length === 0;
  if (step === "check") return keeper.wasAt("check") && form.audience !== "" && missing(form).length === 0;
  return false;
}
