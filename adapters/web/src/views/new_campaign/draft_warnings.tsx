// What may be wrong with the letters, as the engine says it; a tag that nearly names a column is put right by a button.
import type { Notice, Said } from "../../api/types";
import { Button } from "../../components/button";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { messageFields, type Form } from "./draft_form";
import type { DraftKeeper } from "./draft_keeper";
import { words as table } from "./words";

/** What may stand within braces around a name without counting (messages/README.md, "Templates"). */
const blanks = "(?:\\s|&nbsp;|&#160;|[\\u200b-\\u200d\\u2060\\ufeff])*";

/** The text with another name in its tags, sections and their ends. */
export function renamedTag(text: string, from: string, to: string): string {
  const name = from.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const tag = new RegExp(`(\\{\\{\\{?${blanks}[#^/&]?${blanks})${name}(?=${blanks}[|}])`, "gu");
  return text.replace(tag, (_, opening: string) => opening + to);
}

/** What to change for a notice of an unknown tag; nothing where it does not stand in the field itself. */
export function putRight(form: Form, notice: Notice | null, columns: string[]): Partial<Form> | null {
  const { code, field, tag, nearest } = notice ?? ({} as Partial<Notice>);
  if (code !== "unknown_tag" || typeof field !== "string" || typeof tag !== "string" || typeof nearest !== "string") return null;
  if (!columns.includes(nearest)) return null;
  if (field.startsWith("headers.")) {
    const name = field.slice("headers.".length);
    const headers = form.headers.map((one) => (one.name.trim() === name ? { ...one, value: renamedTag(one.value, tag, nearest) } : one));
    return headers.some((one, at) => one.value !== form.headers[at]?.value) ? { headers } : null;
  }
  const own = messageFields.find((one) => one === field);
  const changed = own && renamedTag(form[own], tag, nearest);
  return own && changed !== form[own] ? { [own]: changed } : null;
}

interface Props {
  keeper: DraftKeeper;
  warnings: Said[];
  columns: string[];
  /** The button is gone then: the focus goes elsewhere. */
  onPutRight: (field: string) => void;
}

export function DraftWarnings({ keeper, warnings, columns, onPutRight }: Props) {
  const words = useViewWords(table).warnings;
  const told = useSpoken();
  if (warnings.length === 0) return null;
  return (
    <section className="draft-warnings" aria-labelledby="warnings-title">
      <h3 id="warnings-title">{words.title}</h3>
      <ul>
        {warnings.map((one) => {
          const change = putRight(keeper.form, one.notice, columns);
          const nearest = String(one.notice?.nearest);
          return (
            <li key={one.text} className="notice" data-kind="held">
              <span dir="auto">{told(one)}</span>
              {change && (
                <Button
                  aria-label={words.useIn(nearest, told(one))}
                  onClick={() => {
                    keeper.change(change);
                    onPutRight(String(one.notice?.field));
                  }}
                >
                  {words.use(nearest)}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
