// The audience's fields, put into the message at the cursor.
import { useId, type RefObject } from "react";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { words as table } from "./words";

const buttonsMax = 10;

interface Props {
  columns: string[];
  /** The name of the field that it goes into. */
  into: string;
  field: RefObject<HTMLInputElement | HTMLTextAreaElement>;
}

export function FieldInserter({ columns, into, field }: Props) {
  const words = useViewWords(table).message;
  const id = useId();
  // A name with braces cannot stand between braces.
  const offered = columns.filter((one) => !/[{}\n]/.test(one));
  if (offered.length === 0) return null;
  const insert = (name: string) => {
    const place = field.current;
    if (!place) return;
    place.focus();
    // Unlike setRangeText this can be undone by Ctrl-Z, and tells React.
    document.execCommand("insertText", false, `{{${name}}}`);
  };
  return (
    <div className="inserter" role="group" aria-labelledby={id}>
      <span id={id}>{words.insert(into)}</span>
      {offered.slice(0, buttonsMax).map((one) => (
        <Button key={one} onClick={() => insert(one)}>
          <code dir="auto">{one}</code>
        </Button>
      ))}
      {offered.length > buttonsMax && (
        <select value="" aria-label={words.insertOther} onChange={(event) => insert(event.target.value)}>
          <option value="">{words.insertOther}</option>
          {offered.slice(buttonsMax).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
    </div>
  );
}
