// Which recipient a message is shown for: by number, or the one before or after.
import { useViewWords } from "../i18n/view_words";
import { useWords } from "../i18n/words";
import { Button } from "./button";
import "./recipient_chooser.css";

const table = {
  en: { recipient: "Recipient number", before: "Recipient before", after: "Next recipient", of: (n: string) => `of ${n}` },
  ru: { recipient: "Номер получателя", before: "Предыдущий получатель", after: "Следующий получатель", of: (n: string) => `из ${n}` },
};

export function RecipientChooser({ index, setIndex, size }: { index: number; setIndex: (to: number) => void; size: number }) {
  const words = useViewWords(table);
  const { formats: f } = useWords();
  const choose = (to: number) => setIndex(Math.min(Math.max(to, 0), Math.max(size - 1, 0)));
  return (
    <div className="chooser" role="group" aria-label={words.recipient}>
      <Button className="icon-button" aria-label={words.before} aria-disabled={index === 0} onClick={() => choose(index - 1)}>
        ‹
      </Button>
      <label>
        <span className="visually-hidden">{words.recipient}</span>
        <input
          type="number"
          min={1}
          max={size}
          value={index + 1}
          onChange={(event) => choose((event.target.valueAsNumber || 1) - 1)}
        />
      </label>
      <span className="hint">{words.of(f.count(size))}</span>
      <Button className="icon-button" aria-label={words.after} aria-disabled={index >= size - 1} onClick={() => choose(index + 1)}>
        ›
      </Button>
    </div>
  );
}
