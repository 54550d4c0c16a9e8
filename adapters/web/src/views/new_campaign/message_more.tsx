// What few campaigns need: the list's name, the envelope sender, headers of one's own.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import type { Form, HeaderRow, MessageField } from "./draft_form";
import type { DraftKeeper } from "./draft_keeper";
import type { FaultPlace } from "./use_preview";
import { words as table } from "./words";

interface Props {
  keeper: DraftKeeper;
  form: Form;
  line: (field: MessageField) => ReactNode;
  faultOf: (place: FaultPlace) => string | null;
}

export function MessageMore({ keeper, form, line, faultOf }: Props) {
  const words = useViewWords(table).message;
  const isUsed = form.list !== "" || form.envelope_sender !== "" || form.headers.length > 0;
  const [isOpen, setIsOpen] = useState(isUsed);
  const isWrong = [faultOf("list"), faultOf("envelope_sender"), ...form.headers.map((one) => faultOf(`headers.${one.name.trim()}`))].some(Boolean);
  return (
    // What is wrong within it is seen.
    <details className="message-more" open={isOpen || isWrong} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{words.more}</summary>
      <div className="message-fields">
        {line("list")}
        {line("envelope_sender")}
        <Headers rows={form.headers} change={(headers) => keeper.change({ headers })} faultOf={faultOf} />
      </div>
    </details>
  );
}

interface HeadersProps {
  rows: HeaderRow[];
  change: (rows: HeaderRow[]) => void;
  faultOf: (place: FaultPlace) => string | null;
}

function Headers({ rows, change, faultOf }: HeadersProps) {
  const words = useViewWords(table).message.headers;
  const group = useRef<HTMLFieldSetElement>(null);
  const put = (at: number, next: Partial<HeaderRow>) => change(rows.map((one, index) => (index === at ? { ...one, ...next } : one)));
  /** Where the focus goes when the rows are drawn with one more, or one fewer. */
  const focusNext = useRef<{ selector: string; at: number } | null>(null);
  useEffect(() => {
    const wanted = focusNext.current;
    focusNext.current = null;
    if (wanted) [...(group.current?.querySelectorAll<HTMLElement>(wanted.selector) ?? [])].at(wanted.at)?.focus();
  }, [rows.length]);
  const faultAt = ({ name, value }: HeaderRow, at: number) => {
    const own = name.trim();
    if (!own) return value ? words.nameless : null;
    if (rows.some((other, index) => index < at && other.name.trim() === own)) return words.twice;
    return faultOf(`headers.${own}`);
  };
  return (
    <fieldset className="choice headers" ref={group}>
      <legend>{words.title}</legend>
      <p className="hint">{words.hint}</p>
      {rows.map((row, at) => {
        const fault = faultAt(row, at);
        const links = fault ? { "aria-invalid": true as const, "aria-describedby": `header-fault-${at}` } : {};
        return (
          <div key={at} className="header-row">
            <input
              {...links}
              type="text"
              className="header-name"
              aria-label={words.name(at + 1)}
              autoComplete="off"
              spellCheck={false}
              value={row.name}
              onChange={(event) => put(at, { name: event.target.value })}
            />
            <input
              {...links}
              type="text"
              dir="auto"
              aria-label={words.value(at + 1)}
              autoComplete="off"
              spellCheck={false}
              data-field={`headers.${row.name.trim()}`}
              value={row.value}
              onChange={(event) => put(at, { value: event.target.value })}
            />
            <Button
              look="quiet"
              className="icon-button"
              aria-label={words.remove(row.name.trim() || String(at + 1))}
              onClick={() => {
                focusNext.current = { selector: ".header-add", at: 0 };
                change(rows.filter((_, index) => index !== at));
              }}
            >
              <Icon name="close" />
            </Button>
            {fault && (
              <p className="field-fault" id={`header-fault-${at}`}>
                {fault}
              </p>
            )}
          </div>
        );
      })}
      <Button
        className="header-add"
        onClick={() => {
          focusNext.current = { selector: ".header-name", at: -1 };
          change([...rows, { name: "", value: "" }]);
        }}
      >
        <Icon name="plus" />
        {words.add}
      </Button>
    </fieldset>
  );
}
