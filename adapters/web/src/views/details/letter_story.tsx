// One letter: why it has not gone or what became of it, and every event of the log that is about it.
import { useEffect, useRef } from "react";
import type { Campaign, LetterRow, LogEvent, Page, Why } from "../../api/types";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { useSpoken } from "../../i18n/use_spoken";
import { Reading, useRead } from "./reading";
import { Timeline } from "./timeline";
import { words as table } from "./words";

interface Props {
  campaign: Campaign;
  letter: LetterRow;
  onClose: () => void;
}

export function LetterStory({ campaign, letter: opened, onClose }: Props) {
  const words = useViewWords(table);
  const told = useSpoken();
  const before = opened.index > 0 ? `&after=${opened.index - 1}` : "";
  // As it is now: the row that was opened grows old while one reads.
  const letter = useRead<Page<LetterRow>>(campaign, `letters?limit=1${before}`).answer?.items[0] ?? opened;
  const address = encodeURIComponent(letter.email);
  const why = useRead<Why>(campaign, `why?address=${address}`);
  const story = useRead<Page<LogEvent>>(campaign, `story?address=${address}`);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    back.current?.focus();
  }, []);
  return (
    <section aria-labelledby="story-title" className="story">
      <Button ref={back} onClick={onClose}>
        ‹ {words.letter.back}
      </Button>
      <h3 id="story-title">{words.letter.story(letter.email)}</h3>
      <Reading asked={why}>
        {(answer) => (
          <ul className="notice" data-kind={answer.state === "accepted" ? undefined : "held"}>
            {[answer, ...answer.also].map((one) => (
              <li key={one.code + one.text}>
                {told(one)}
              </li>
            ))}
          </ul>
        )}
      </Reading>
      <p className="hint">
        {words.letter.id} <bdi>{letter.message_id}</bdi>
      </p>
      <Reading asked={story}>{(answer) => <Timeline events={answer.items} />}</Reading>
    </section>
  );
}
