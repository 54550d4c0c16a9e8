// The letter as a chosen recipient will see it.
import * as Tabs from "@radix-ui/react-tabs";
import { useRef } from "react";
import { LetterFiles } from "../../components/letter_files";
import { MessageFrame } from "../../components/message_frame";
import { RecipientChooser } from "../../components/recipient_chooser";
import { usePictures } from "../../components/use_pictures";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useFaultWords } from "./fault_words";
import type { Form } from "./draft_form";
import type { Letter, Preview } from "./use_preview";
import { words as table } from "./words";

interface Props {
  form: Form;
  preview: Preview;
  index: number;
  setIndex: (index: number) => void;
  size: number;
  /** Without the head of the letter: only a part of its body is looked at. */
  isBodyOnly?: boolean;
}

export function MessagePreview({ form, preview, index, setIndex, size, isBodyOnly = false }: Props) {
  const words = useViewWords(table).message;
  const told = useFaultWords();
  const spoken = useSpoken();
  // While something is wrong, the last letter that there was stays, paler.
  const last = useRef<Letter | null>(null);
  if (preview.letter) last.current = preview.letter;
  const letter = last.current;
  const isShown = letter !== null && form.audience !== "" && (form.html !== "" || form.text !== "");
  const wrong = (["html", "text", "subject"] as const).find((field) => preview.faults[field]);
  const wrongWords = wrong && preview.faults[wrong];
  const why = !form.audience
    ? words.previewNeedsAudience
    : !form.html && !form.text
      ? words.previewNeedsBody
      : preview.fault
        ? told(preview.fault)
        : wrong && wrongWords
          ? words.previewFault(words.fields[wrong], spoken(wrongWords))
          : "";
  return (
    <section aria-labelledby="preview-title">
      <header className="preview-head">
        <h3 id="preview-title">{words.preview}</h3>
        {size > 0 && <RecipientChooser index={index} setIndex={setIndex} size={size} />}
      </header>
      {why && !isShown && (
        <p className="notice" data-kind="held">
          {why}
        </p>
      )}
      {letter && isShown && (
        <div className="letter" data-old={why !== "" || undefined}>
          {!isBodyOnly && (
            <dl>
              <dt>{words.to}</dt>
              <dd dir="auto">{letter.to}</dd>
              <dt>{words.fields.from}</dt>
              <dd dir="auto">{form.from}</dd>
              <dt>{words.fields.subject}</dt>
              <dd dir="auto" className="letter-subject">
                {form.subject.trim() && letter.subject}
              </dd>
            </dl>
          )}
          <Bodies letter={letter} form={form} />
          <LetterFiles files={letter.attachments} />
          {why && (
            <p className="notice letter-fault" data-kind="held">
              {why}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

function Bodies({ letter, form }: { letter: Letter; form: Form }) {
  const words = useViewWords(table).message;
  const html = usePictures(letter.html, form.attachments);
  const first = letter.html ? "html" : "text";
  return (
    <Tabs.Root defaultValue={first} key={first}>
      {letter.html && letter.text && (
        <Tabs.List className="tabs" aria-label={words.preview}>
          <Tabs.Trigger value="html" className="tab">
            {words.fields.html}
          </Tabs.Trigger>
          <Tabs.Trigger value="text" className="tab">
            {words.fields.text}
          </Tabs.Trigger>
        </Tabs.List>
      )}
      {letter.html && (
        <Tabs.Content value="html">
          <MessageFrame html={html} title={words.preview} />
        </Tabs.Content>
      )}
      {letter.text && (
        <Tabs.Content value="text">
          <pre className="letter-text" dir="auto">
            {letter.text}
          </pre>
        </Tabs.Content>
      )}
    </Tabs.Root>
  );
}
