// The last look, in numbers; then the start, asked for once.
import { useRef, useState } from "react";
import { ApiError, newIdempotencyKey, spokenOf } from "../../api/client";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { useWords } from "../../i18n/words";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { showCard } from "../outgoing/show_card";
import { useAudience } from "../../components/audience_rows";
import { useCheck } from "./check_step";
import { partCount, useTimetable } from "./use_timetable";
import { lacking, WhatIsMissing } from "./what_is_missing";
import type { StepProps } from "./wizard";
import { words as table } from "./words";

export function StartStep({ keeper, form, goTo }: StepProps) {
  const all = useViewWords(table);
  const words = all.start;
  const { formats: f, card } = useWords();
  const audience = useAudience(form.audience);
  const { answer: plan } = useTimetable(form.plan, audience?.size ?? 0);
  const { answer: said } = useCheck(form);
  const [isAsking, setIsAsking] = useState(false);
  const told = useSpoken();
  const start = useStart(keeper);
  const first = plan?.items[0];
  if (lacking(form).length > 0) return <WhatIsMissing form={form} goTo={goTo} />;
  if (!audience || !plan || !first) return null;
  const count = partCount(plan);
  const isNow = form.plan.when === "now" || Date.parse(first.at) <= Date.now() + 1000;
  const beginning = isNow ? words.atOnce : f.moment(first.at);
  const sentence =
    count === 1
      ? words.whole(audience.size, beginning)
      : words.inParts(audience.size, first.letters, beginning, f.moment(plan.ends_at), count);
  const rows: [string, string][] = [
    [words.name, form.name],
    [all.message.fields.from, form.from],
    [all.message.fields.subject, form.subject],
    [words.audience, `${audience.name} · ${card.recipients(audience.size)}`],
    ...(form.relay ? [[all.relay.label, form.relay] as [string, string]] : []),
  ];
  return (
    <>
      <dl className="detail-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="plan-words">{sentence}</p>
      {said?.refused && (
        <p className="notice" data-kind="trouble">
          <span>{said.refused.notice?.code === "unknown_tags" ? all.check.unknownTags : all.check.refused(told(said.refused))}</span>
          <Button onClick={() => goTo("check")}>{all.steps.check}</Button>
        </p>
      )}
      {said && !said.refused && <p className="hint">{said.passes ? all.check.passes : all.check.moderated(said.reasons.length)}</p>}
      {start.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {start.fault}
        </p>
      )}
      <p>
        <Button look="primary" onClick={() => setIsAsking(true)}>
          {words.start}
        </Button>
      </p>
      <Dialog
        open={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.title(form.name)}
        isBusy={start.isPending}
        actions={
          <>
            <Button onClick={() => setIsAsking(false)} disabled={start.isPending}>
              {words.notYet}
            </Button>
            <Button
              look="primary"
              data-command="start"
              aria-disabled={start.isPending}
              onClick={() => void start.send().finally(() => setIsAsking(false))}
            >
              {start.isPending ? words.starting : words.startNow(audience.size)}
            </Button>
          </>
        }
      >
        <p>{sentence}</p>
        {said && !said.passes && <p>{all.check.moderated(said.reasons.length)}</p>}
      </Dialog>
    </>
  );
}

/** Sends it once, however often it is clicked; a try again after a lost connection carries the same key. */
function useStart(keeper: StepProps["keeper"]) {
  const words = useViewWords(table).start;
  const told = useSpoken();
  const announce = useAnnounce();
  const [isPending, setIsPending] = useState(false);
  const [fault, setFault] = useState("");
  const isUnderWay = useRef(false);
  const unanswered = useRef<string | null>(null);
  const send = async (): Promise<void> => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    setIsPending(true);
    setFault("");
    const key = unanswered.current ?? newIdempotencyKey();
    try {
      if (!(await keeper.flush())) return setFault(words.notSaved);
      unanswered.current = key;
      await keeper.start(key);
      unanswered.current = null;
      announce(words.started);
      showCard(keeper.id ?? "");
    } catch (problem) {
      const isUnanswered = problem instanceof ApiError && problem.code === "unreachable";
      if (!isUnanswered) unanswered.current = null;
      setFault(isUnanswered ? words.cutOff : words.refused(told(spokenOf(problem))));
    } finally {
      isUnderWay.current = false;
      setIsPending(false);
    }
  };
  return { send, isPending, fault };
}
