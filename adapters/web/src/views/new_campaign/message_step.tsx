// What is sent: the message's fields beside the letter as a recipient will see it.
import { useEffect, useRef, useState, type RefObject } from "react";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useAudience } from "../../components/audience_rows";
import { Attachments } from "./attachments";
import { DraftWarnings } from "./draft_warnings";
import type { Form, MessageField } from "./draft_form";
import { Field } from "../../components/field";
import { FieldInserter } from "./field_inserter";
import { MessageMore } from "./message_more";
import { MessagePreview } from "./message_preview";
import { PartialInserter } from "./partial_inserter";
import { TestCopy } from "./test_copy";
import { faultIn, usePreview, type FaultPlace } from "./use_preview";
import type { StepProps } from "./wizard";
import { words as table } from "./words";
import "./message_step.css";

const insertable = ["subject", "preheader", "to_name", "html", "text"] as const;
export type TemplateField = (typeof insertable)[number];
type Writable = HTMLInputElement | HTMLTextAreaElement;

const isInsertable = (field: MessageField): field is TemplateField => insertable.some((one) => one === field);

/** The field that something is said of gets the focus. */
export function focusField(place: string): void {
  document.querySelector<HTMLElement>(`[data-field="${CSS.escape(place)}"]`)?.focus();
}

export function MessageStep({ keeper, form }: StepProps) {
  const words = useViewWords(table).message;
  const audience = useAudience(form.audience);
  const [index, setIndex] = useState(0);
  const preview = usePreview(form, Math.min(index, Math.max((audience?.size ?? 1) - 1, 0)));
  const refused = keeper.saving.state === "refused" ? faultIn(keeper.saving.why) : null;
  const told = useSpoken();
  const faultOf = (field: FaultPlace) => {
    const fault = preview.faults[field] ?? (refused?.[0] === field ? refused[1] : null);
    return fault && told(fault);
  };
  useEffect(() => void keeper.askWarnings(), [keeper, keeper.id]);
  const [target, setTarget] = useState<TemplateField>("subject");
  const fields: Record<TemplateField, RefObject<Writable>> = {
    subject: useRef(null),
    preheader: useRef(null),
    to_name: useRef(null),
    html: useRef(null),
    text: useRef(null),
  };
  const line = (field: MessageField, required = false) => (
    <Field label={words.fields[field]} hint={words.hints[field]} fault={faultOf(field)}>
      {(links) => (
        <input
          {...links}
          type="text"
          dir="auto"
          data-field={field}
          spellCheck={["name", "subject", "preheader"].includes(field)}
          autoComplete="off"
          required={required}
          value={form[field]}
          ref={isInsertable(field) ? (fields[field] as RefObject<HTMLInputElement>) : null}
          onFocus={isInsertable(field) ? () => setTarget(field) : undefined}
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
          data-field={field}
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
  const bodyTarget = target === "text" ? "text" : "html";
  return (
    <>
      <div className="message-step">
        <div className="message-fields">
          {line("name", true)}
          {line("from", true)}
          {line("to_name")}
          {line("reply_to")}
          {line("subject", true)}
          {/* Behind the subject at once: by keyboard, what is inserted goes where one was last. */}
          <FieldInserter columns={audience?.columns ?? []} into={words.fields[target]} field={fields[target]} />
          {line("preheader")}
          <PartialInserter into={words.fields[bodyTarget]} field={fields[bodyTarget]} />
          {body("html")}
          {body("text")}
          {form.text === "" && (
            <label className="switch">
              <input
                type="checkbox"
                checked={form.text_from_html}
                onChange={(event) => keeper.change({ text_from_html: event.target.checked })}
              />
              <span>{words.textFromHtml}</span>
            </label>
          )}
          <Attachments keeper={keeper} form={form} columns={audience?.columns ?? []} fault={faultOf("attachments")} html={fields.html} />
          {line("unsubscribe_url")}
          {line("unsubscribe_mailto")}
          <MessageMore keeper={keeper} form={form} line={line} faultOf={faultOf} />
        </div>
        <div className="message-preview">
          {/* Not among the fields: nothing there moves when one comes or goes. */}
          <DraftWarnings
            keeper={keeper}
            warnings={keeper.warnings ?? []}
            columns={audience?.columns ?? []}
            onPutRight={focusField}
          />
          <MessagePreview {...{ form, preview, index, setIndex }} size={audience?.size ?? 0} />
        </div>
      </div>
      <TestCopy keeper={keeper} index={index} />
    </>
  );
}
