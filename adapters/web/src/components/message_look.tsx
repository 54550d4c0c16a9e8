// The message as the chosen recipient will get it.
import * as Tabs from "@radix-ui/react-tabs";
import { useState } from "react";
import type { Campaign, Letter } from "../api/types";
import { Button } from "./button";
import { CopyButton } from "./copy_button";
import { LetterFiles } from "./letter_files";
import { MessageFrame } from "./message_frame";
import { RecipientChooser } from "./recipient_chooser";
import { RecipientSearch } from "./recipient_search";
import { usePictures } from "./use_pictures";
import { useViewWords } from "../i18n/view_words";
import { useSpoken } from "../i18n/use_spoken";
import { useWords } from "../i18n/words";
import { useSession } from "../session/session";
import { useAsked } from "../stream/use_asked";
import { words as table } from "./message_look_words";
import "./message_look.css";

export function MessageLook({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const { client } = useSession();
  const told = useSpoken();
  const { commands } = useWords();
  const [index, setIndex] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const { answer, fault, isOld } = useAsked(`${campaign.id} ${index} ${attempt}`, (signal) =>
    client.json<Letter>("GET", `/v1/campaigns/${campaign.id}/preview?index=${index}&part=all`, { signal }),
  );
  return (
    <section className="look" aria-labelledby="message-title">
      <header>
        <h3 id="message-title">{words.message}</h3>
        <RecipientSearch campaign={campaign} setIndex={setIndex} />
        <RecipientChooser index={index} setIndex={setIndex} size={campaign.audience?.size ?? 0} />
      </header>
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <span>{words.notShown(told(fault))}</span>
          <Button onClick={() => setAttempt((old) => old + 1)}>{commands.retry}</Button>
        </p>
      )}
      {!answer && !fault && <div className="letter-waiting" aria-hidden="true" />}
      {answer && (!fault || isOld) && <LetterSheet campaign={campaign} letter={answer} isOld={isOld} />}
    </section>
  );
}

function LetterSheet({ campaign, letter, isOld }: { campaign: Campaign; letter: Letter; isOld: boolean }) {
  const words = useViewWords(table);
  const html = usePictures(letter.html, campaign.attachments ?? []);
  return (
    <div className="letter-sheet" aria-busy={isOld}>
      <dl>
        <dt>{words.to}</dt>
        <dd>
          <bdi>{letter.to}</bdi>
        </dd>
        <dt>{words.subject}</dt>
        <dd>
          <bdi>{letter.subject}</bdi>
        </dd>
      </dl>
      <Tabs.Root defaultValue={letter.html ? "html" : "text"}>
        <Tabs.List className="tabs" aria-label={words.message}>
          {letter.html && (
            <Tabs.Trigger value="html" className="tab">
              HTML
            </Tabs.Trigger>
          )}
          {letter.text && (
            <Tabs.Trigger value="text" className="tab">
              {words.text}
            </Tabs.Trigger>
          )}
          <Tabs.Trigger value="source" className="tab">
            {words.source}
          </Tabs.Trigger>
        </Tabs.List>
        {letter.html && (
          <Tabs.Content value="html">
            <MessageFrame html={html} title={words.message} />
          </Tabs.Content>
        )}
        {letter.text && (
          <Tabs.Content value="text">
            <pre dir="auto" tabIndex={0}>
              {letter.text}
            </pre>
          </Tabs.Content>
        )}
        <Tabs.Content value="source">
          <pre className="source" tabIndex={0}>
            {letter.source}
          </pre>
          <CopyButton text={letter.source} />
        </Tabs.Content>
      </Tabs.Root>
      <LetterFiles files={letter.attachments} />
    </div>
  );
}
