// When: the plan's fields, and the whole timetable that they make, as one types.
import { useId, useState } from "react";
import type { Timetable } from "../../api/types";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { useAudience } from "../../components/audience_rows";
import { planFaults, startOf, units, type PlanForm } from "./draft_form";
import { useFaultWords } from "./fault_words";
import { StepChart, type Point } from "../../components/step_chart";
import { Field } from "../../components/field";
import { RelayChoice } from "./relay_choice";
import { PlanTable, rowsAtFirst } from "./plan_table";
import { partCount, useTimetable } from "./use_timetable";
import type { StepProps } from "./wizard";
import { words as table } from "./words";
import "./plan_step.css";

export function PlanStep({ keeper, form }: StepProps) {
  const words = useViewWords(table).plan;
  const { plan } = form;
  const change = (next: Partial<PlanForm>) => keeper.change({ plan: { ...plan, ...next } });
  const faults = planFaults(plan);
  const faultOf = (field: (typeof faults)[number]) => (faults.includes(field) ? words.faults[field] : null);
  return (
    <div className="plan-step">
      <div className="plan-fields">
        <Choice
          legend={words.begin}
          chosen={plan.when}
          options={{ now: words.now, at: words.at }}
          onChange={(when) => change({ when })}
        />
        {plan.when === "at" && (
          <Field label={words.time} hint={<Moment plan={plan} />} fault={faultOf("at")}>
            {(links) => (
              <input {...links} type="datetime-local" value={plan.at} onChange={(event) => change({ at: event.target.value })} />
            )}
          </Field>
        )}
        <Choice
          legend={words.how}
          chosen={plan.isInParts ? "parts" : "whole"}
          options={{ whole: words.whole, parts: words.parts }}
          onChange={(how) => change({ isInParts: how === "parts" })}
        />
        {plan.isInParts && (
          <div className="plan-parts">
            <Field label={words.size} fault={faultOf("size")}>
              {(links) => (
                <input {...links} inputMode="numeric" value={plan.size} onChange={(event) => change({ size: event.target.value })} />
              )}
            </Field>
            <Field label={words.every} fault={faultOf("every")}>
              {(links) => (
                <span className="every">
                  <input {...links} inputMode="numeric" value={plan.every} onChange={(event) => change({ every: event.target.value })} />
                  <select aria-label={words.unit} value={plan.unit} onChange={(event) => change({ unit: event.target.value })}>
                    {[...new Set([...units, plan.unit])].map((one) => (
                      <option key={one} value={one}>
                        {words.units(Number(plan.every) || 0, one)}
                      </option>
                    ))}
                  </select>
                </span>
              )}
            </Field>
            <Field label={words.growth} hint={words.growthHint} fault={faultOf("growth")}>
              {(links) => (
                <input {...links} inputMode="numeric" value={plan.growth} onChange={(event) => change({ growth: event.target.value })} />
              )}
            </Field>
          </div>
        )}
        <Choice
          legend={words.doubt}
          hint={words.doubtHint}
          chosen={form.on_doubt}
          options={{ resend: words.resend, hold: words.hold }}
          onChange={(on_doubt) => keeper.change({ on_doubt })}
        />
        <RelayChoice keeper={keeper} form={form} />
      </div>
      <PlanShown keeper={keeper} form={form} />
    </div>
  );
}

/** The moment in words, with its time zone: what the browser's field leaves open. */
function Moment({ plan }: { plan: PlanForm }) {
  const words = useViewWords(table).plan;
  const { formats: f } = useWords();
  const start = startOf(plan);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!start) return <>{words.zone(zone)}</>;
  const isPast = Date.parse(start) < Date.now();
  return (
    <>
      {words.momentIn(f.moment(start), zone)}
      {isPast && <b> {words.past}</b>}
    </>
  );
}

function PlanShown({ form }: Pick<StepProps, "form" | "keeper">) {
  const words = useViewWords(table).plan;
  const { formats: f } = useWords();
  const audience = useAudience(form.audience);
  const [rows, setRows] = useState(rowsAtFirst);
  const { answer, fault, isOld } = useTimetable(form.plan, audience?.size ?? 0, rows);
  const isNow = form.plan.when === "now";
  const told = useFaultWords();
  if (!form.audience) return <p className="notice plan-shown">{words.needsAudience}</p>;
  if (fault) return <p className="notice plan-shown" data-kind="held">{told(fault)}</p>;
  const first = answer?.items[0];
  if (!answer || !first || !audience) return <div className="plan-shown" />;
  const count = partCount(answer);
  return (
    <div className="plan-shown" data-old={isOld || undefined}>
      <p className="plan-words">
        {count === 1
          ? words.onePart(audience.size, isNow ? words.atStart : f.moment(first.at))
          : words.manyParts(
              audience.size,
              count,
              isNow ? words.atStart : f.moment(first.at),
              isNow ? words.ifNow(f.moment(answer.ends_at)) : f.moment(answer.ends_at),
            )}
      </p>
      <PlanChart curve={answer.curve} />
      {count > 1 && <PlanTable parts={answer.items} count={count} rows={rows} onRows={setRows} />}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  legend: string;
  hint?: string;
  chosen: Value;
  options: Record<Value, string>;
  onChange: (value: Value) => void;
}

function Choice<Value extends string>({ legend, hint, chosen, options, onChange }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {(Object.keys(options) as Value[]).map((one) => (
        <label key={one}>
          <input type="radio" name={name} checked={one === chosen} onChange={() => onChange(one)} />
          {options[one]}
        </label>
      ))}
      {hint && <p className="hint">{hint}</p>}
    </fieldset>
  );
}

const chartHeight = 240;
/** What all at once is drawn over. */
const spanMin = 3_600_000;

function PlanChart({ curve }: { curve: Timetable["curve"] }) {
  const words = useViewWords(table).plan;
  const { formats: f, letters } = useWords();
  const points = curve.map(([at, total]): Point => [Date.parse(at), total]);
  const [first, end] = [points[0], points.at(-1)];
  if (!first || !end) return null;
  const [begin] = first;
  const [last, total] = end;
  const span = Math.max(last - begin, spanMin);
  const to = begin + span * 1.05;
  return (
    <StepChart
      title={`${words.chart}: ${letters(total)}, ${f.moment(begin)} – ${f.moment(last)}`}
      height={chartHeight}
      from={begin - span * 0.03}
      {...{ to, total }}
      curves={[{ kind: "plan", points, end: to, isFilled: true }]}
      moments={points.map(([at, due]) => ({ at, due }))}
      say={({ due }) => letters(due)}
    />
  );
}
