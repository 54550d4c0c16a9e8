// The partials that there are, put into the message at the cursor.
import { useId, type RefObject } from "react";
import type { Page, StoredPartial } from "../../api/types";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { words as table } from "./words";

const buttonsMax = 5;

interface Props {
  /** The name of the field that it goes into. */
  into: string;
  field: RefObject<HTMLInputElement | HTMLTextAreaElement>;
}

export function PartialInserter({ into, field }: Props) {
  const words = useViewWords(table).message;
  const { client } = useSession();
  const id = useId();
  const { answer } = useAsked("partials", (signal) => client.json<Page<StoredPartial>>("GET", "/v1/partials", { signal }));
  const names = answer?.items.map((one) => one.name) ?? [];
  if (names.length === 0) return null;
  const insert = (name: string) => {
    field.current?.focus();
    // Unlike setRangeText this can be undone by Ctrl-Z, and tells React.
    document.execCommand("insertText", false, `{{> ${name}}}`);
  };
  return (
    <div className="inserter" role="group" aria-labelledby={id}>
      <span id={id}>{words.insertPartial(into)}</span>
      {names.slice(0, buttonsMax).map((one) => (
        <Button key={one} onClick={() => insert(one)}>
          <code>{`{{> ${one}}}`}</code>
        </Button>
      ))}
      {names.length > buttonsMax && (
        <select value="" aria-label={words.insertOtherPartial} onChange={(event) => insert(event.target.value)}>
          <option value="">{words.insertOtherPartial}</option>
          {names.slice(buttonsMax).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
    </div>
  );
}
