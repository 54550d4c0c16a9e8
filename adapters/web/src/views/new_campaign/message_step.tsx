// What is sent: the message's fields beside the letter as a recipient will see it.
import { useRef, useState, type RefObject } from "react";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useAudience } from "../../components/audience_rows";
import type { Form, MessageField } from "./draft_form";
import { Field } from "../../components/field";
import { FieldInserter } from "./field_inserter";
import { MessagePreview } from "./message_preview";
import { TestCopy } from "./test_copy";
import { faultIn, usePreview } from "./use_preview";
import type { StepProps } from "./wizard";
import { words as table } from "./words";
import "./message_step.css";

export type TemplateField = "subject" | "html" | "text";
type Writable = HTMLInputElement | HTMLTextAreaElement;

export function MessageStep({ keeper, form }: StepProps) {
  const words = useViewWords(table).message;
  const audience = useAudience(form.audience);
  const [index, setIndex] = useState(0);
  const preview = usePreview(form, Math.min(index, Math.max((audience?.size ?? 1) - 1, 0)));
  const refused = keeper.saving.state === "refused" ? faultIn(keeper.saving.why) : null;
  const told = useSpoken();
  const faultOf = (field: MessageField) => {
    const fault = preview.faults[field] ?? (refused?.[0] === field ? refused[1] : null);
    return fault && told(fault);
  };
  const [target, setTarget] = useState<TemplateField>("subject");
  const fields: Record<TemplateField, RefObject<Writable>> = {
    subject: useRef(null),
    html: useRef(null),
    text: useRef(null),
  };
  const line = (field: MessageField, type = "text", required = false) => (
    <Field label={words.fields[field]} hint={words.hints[field]} fault={faultOf(field)}>
      {(links) => (
        <input
          {...links}
          type={type}
          dir="auto"
          spellCheck={field === "name" || field === "subject"}
          autoComplete="off"
          required={required}
          value={form[field]}
          ref={field === "subject" ? (fields.subject as RefObject<HTMLInputElement>) : null}
          onFocus={field === "subject" ? () => setTarget("subject") : undefined}
          onChange={(event) => keeper.change({ [field]: event.target.value } as Partial<Form>)}
        />
      )}
    </Field>
  );
  const body = (field: "html" | "text") => (
    <Field label={words.fields[field]} hint={words.hints[field]} fault={faultOf(field)} className={`field-${field}`}>
      {(links) => (
        <textarea
          {...links}
          dir="auto"
          rows={field === "html" ? 12 : 9}
          spellCheck={field === "text"}
          value={form[field]}
          ref={fields[field] as RefObject<HTMLTextAreaElement>}
          onFocus={() => setTarget(field)}
          onChange={(event) => keeper.change({ [field]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      <div className="message-step">
        <div className="message-fields">
          {line("name", "text", true)}
          {line("from", "text", true)}
          {line("reply_to")}
          {line("subject", "text", true)}
          <FieldInserter columns={audience?.columns ?? []} into={words.fields[target]} field={fields[target]} />
          {body("html")}
          {body("text")}
          {line("unsubscribe_url")}
        </div>
        <div className="message-preview">
          <MessagePreview {...{ form, preview, index, setIndex }} size={audience?.size ?? 0} />
        </div>
      </div>
      <TestCopy keeper={keeper} index={index} />
    </>
  );
}
