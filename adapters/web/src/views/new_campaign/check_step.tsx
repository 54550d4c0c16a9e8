// What moderation would say, before anybody is asked; whether it would start at all; and letters that cannot be made.
import type { Checked } from "../../api/types";
import { Icon } from "../../components/icons";
import { useAudience } from "../../components/audience_rows";
import { Button } from "../../components/button";
import { spokenReasons } from "../../i18n/notice_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { useSession } from "../../session/session";
import { contentOf } from "./draft_form";
import { DraftWarnings } from "./draft_warnings";
import { useFaultWords } from "./fault_words";
import { useAsked } from "../../stream/use_asked";
import { WhatIsMissing } from "./what_is_missing";
import type { StepProps } from "./wizard";
import { words as table } from "./words";

export function useCheck(form: StepProps["form"]) {
  const { client } = useSession();
  const content = contentOf(form);
  const question = content?.audience ? JSON.stringify(content) : null;
  return useAsked(question, (signal) => {
    const { audience, ...campaign } = content ?? { audience: "" };
    return client.json<Checked>("POST", "/v1/check", { body: { campaign, audience }, signal });
  });
}

export function CheckStep({ keeper, form, goTo }: StepProps) {
  const words = useViewWords(table).check;
  const audience = useAudience(form.audience);
  const { answer, fault, isOld } = useCheck(form);
  const told = useFaultWords();
  const spoken = useSpoken();
  const isUnknownTags = answer?.refused?.notice?.code === "unknown_tags";
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
          {answer.refused ? (
            <p className="notice" data-kind="trouble" role="alert">
              <Icon name="warning" />
              <span>{isUnknownTags ? words.unknownTags : words.refused(spoken(answer.refused))}</span>
            </p>
          ) : (
            <p className="verdict" data-passes={answer.passes}>
              <Icon name={answer.passes ? "check" : "eye"} />
              {answer.passes ? words.passes : words.moderated(answer.reasons.length)}
            </p>
          )}
          {(isUnknownTags || form.allow_unknown_fields) && (
            <label className="switch">
              <input
                type="checkbox"
                checked={form.allow_unknown_fields}
                onChange={(event) => keeper.change({ allow_unknown_fields: event.target.checked })}
              />
              <span>{words.sendNevertheless}</span>
            </label>
          )}
          {answer.reasons.length > 0 && (
            <ul className="reasons">
              {spokenReasons(answer).map((reason) => (
                <li key={reason.text} dir="auto">
                  {spoken(reason)}
                </li>
              ))}
            </ul>
          )}
          <DraftWarnings
            keeper={keeper}
            warnings={answer.warnings}
            columns={audience?.columns ?? []}
            onPutRight={() => document.getElementById("wizard-title")?.focus()}
          />
          <Faults faults={answer.faults} />
        </>
      )}
    </div>
  );
}

function Faults({ faults }: Pick<Checked, "faults">) {
  const words = useViewWords(table).check.faults;
  const { formats: f } = useWords();
  const spoken = useSpoken();
  if (faults.length === 0) return null;
  return (
    <section aria-labelledby="faults-title">
      <h3 id="faults-title">{words.title}</h3>
      <p className="hint">{words.hint}</p>
      <div className="table-frame letter-faults" tabIndex={0} role="region" aria-labelledby="faults-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.row}</th>
              <th scope="col">{words.address}</th>
              <th scope="col">{words.what}</th>
            </tr>
          </thead>
          <tbody>
            {faults.map((one) => (
              <tr key={one.index}>
                <td>{f.count(one.index + 1)}</td>
                <td>
                  <bdi>{one.email}</bdi>
                </td>
                <td dir="auto">{spoken(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
