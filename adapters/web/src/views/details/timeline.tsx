// Events as people read them: the day once, then each with its time, who caused it, and what it says.
import { useState } from "react";
import type { LogEvent } from "../../api/types";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { eventWords, quotedIn } from "./event_words";
import { words as table } from "./words";

export function Timeline({ events }: { events: LogEvent[] }) {
  const { formats: f } = useWords();
  const days: { day: string; events: LogEvent[] }[] = [];
  for (const one of events) {
    const day = f.date(one.at);
    if (days.at(-1)?.day !== day) days.push({ day, events: [] });
    days.at(-1)?.events.push(one);
  }
  return (
    <div className="timeline">
      {days.map(({ day, events: those }) => (
        <section key={`${day} ${those[0]?.number}`} aria-label={day}>
          <h3>{day}</h3>
          <ol>
            {those.map((one) => (
              <Entry key={one.number} event={one} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Entry({ event }: { event: LogEvent }) {
  const words = useViewWords(table);
  const common = useWords();
  const quoted = quotedIn(event);
  return (
    <li data-event={event.t}>
      <time dateTime={event.at}>{common.formats.clock(event.at)}</time>
      <div>
        <p>
          {eventWords(words, common, event)} {event.by && <bdi className="by">{event.by}</bdi>}
        </p>
        {quoted.map((one) => (
          <q key={one} dir="auto">
            {one}
          </q>
        ))}
        <RawEvent event={event} />
      </div>
    </li>
  );
}

function RawEvent({ event }: { event: LogEvent }) {
  const words = useViewWords(table);
  const { formats: f } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(toggled) => setIsOpen(toggled.currentTarget.open)}>
      <summary aria-label={`${words.log.raw}: ${event.number}`}>{words.log.number(f.count(event.number))}</summary>
      {isOpen && <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>}
    </details>
  );
}
