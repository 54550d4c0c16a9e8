import { useEffect, useState } from "react";
import type { Campaign } from "../../api/types";
import { Icon } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { waitsSince } from "../outgoing/listing";
import { words as table } from "./words";

const minuteMs = 60_000;

/** The time, anew every minute: how long something waits grows while one looks. */
function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minuteMs / 2);
    return () => clearInterval(timer);
  }, []);
  return now;
}

interface Props {
  queue: Campaign[];
  shown: string;
  onChosen: () => void;
}

export function Queue({ queue, shown, onChosen }: Props) {
  const words = useViewWords(table);
  const { card, status } = useWords();
  const now = useMinute();
  return (
    <ol className="queue">
      {queue.map((one) => (
        <li key={one.id}>
          <a
            href={`#/moderation/${one.id}`}
            data-campaign={one.id}
            aria-current={one.id === shown || undefined}
            onClick={onChosen}
          >
            <bdi className="queue-name">{one.name}</bdi>
            <span className="queue-facts">
              <span>
                <Icon name="clock" />
                {words.waits(now - Date.parse(waitsSince(one)))}
              </span>
              <span>{card.recipients(one.audience?.size ?? 0)}</span>
              {one.hold && <span>{status.paused}</span>}
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
}
