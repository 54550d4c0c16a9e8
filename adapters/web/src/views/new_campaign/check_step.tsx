// What moderation would say, before anybody is asked.
import type { Notice } from "../../api/types";
import { Icon } from "../../components/icons";
import { Button } from "../../components/button";
import { spokenReasons } from "../../i18n/notice_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { contentOf } from "./draft_form";
import { useFaultWords } from "./fault_words";
import { useAsked } from "../../stream/use_asked";
import { WhatIsMissing } from "./what_is_missing";
import type { StepProps } from "./wizard";
import { words as table } from "./words";

interface Said {
  reasons: string[];
  notices: Notice[];
  passes: boolean;
}

export function useCheck(form: StepProps["form"]) {
  const { client } = useSession();
  const content = contentOf(form);
  const question = content?.audience ? JSON.stringify(content) : null;
  return useAsked(question, (signal) => {
    const { audience, ...campaign } = content ?? { audience: "" };
    return client.json<Said>("POST", "/v1/check", { body: { campaign, audience }, signal });
  });
}

export function CheckStep({ form, goTo }: StepProps) {
  const words = useViewWords(table).check;
  const { answer, fault, isOld } = useCheck(form);
  const told = useFaultWords();
  const spoken = useSpoken();
  return (
    <div className="check-step" data-old={isOld || undefined}>
      <WhatIsMissing form={form} goTo={goTo} />
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <Icon name="warning" />
          <span>{told(fault)}</span>
          {fault.status === 400 && <Button onClick={() => goTo("message")}>{words.toMessage}</Button>}
        </p>
      )}
      {answer && !fault && (
        <>
          <p className="verdict" data-passes={answer.passes}>
            <Icon name={answer.passes ? "check" : "eye"} />
            {answer.passes ? words.passes : words.moderated(answer.reasons.length)}
          </p>
          {answer.reasons.length > 0 && (
            <ul className="reasons">
              {spokenReasons(answer).map((reason) => (
                <li key={reason.text} dir="auto">
                  {spoken(reason)}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  );
}
