// Events as people read them: the day once, then each with its time, who caused it, and what it says.
import { useState } from "react";
import type { LogEvent } from "../../api/types";
import { useViewWords } from "../../i18n/view_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { batchWords, eventWords, folded, quotedIn, quotedInAll } from "./event_words";
import { words as table } from "./words";

interface Props {
  events: LogEvent[];
  /** Batches that follow each other are told together. */
  isFolded?: boolean;
}

export function Timeline({ events, isFolded = false }: Props) {
  const { formats: f } = useWords();
  const days: { day: string; events: LogEvent[] }[] = [];
  for (const one of events) {
    const day = f.date(one.at);
    if (days.at(-1)?.day !== day) days.push({ day, events: [] });
    days.at(-1)?.events.push(one);
  }
  const entries = (those: LogEvent[]) =>
    (isFolded ? folded(those) : those.map((one) => [one])).map((run) =>
      run.length > 1 ? <Batches key={`run ${Math.min(...run.map((one) => one.number))}`} events={run} /> : run.map((one) => <Entry key={one.number} event={one} />),
    );
  return (
    <div className="timeline">
      {days.map(({ day, events: those }, index) => (
        // Not by its events: what is open in it stays so as more of them come. A clock set back has a day twice.
        <section key={`${day} ${days.slice(0, index).filter((one) => one.day === day).length}`} aria-label={day}>
          <h3>{day}</h3>
          <ol>{entries(those)}</ol>
        </section>
      ))}
    </div>
  );
}

/** What many batches came to, and each of them on demand. */
function Batches({ events }: { events: LogEvent[] }) {
  const words = useViewWords(table);
  const told = useSpoken();
  const common = useWords();
  const { formats: f } = common;
  const [isOpen, setIsOpen] = useState(false);
  const [begin, end] = [events[0], events.at(-1)].sort((left, right) => (left?.number ?? 0) - (right?.number ?? 0));
  if (!begin || !end) return null;
  const from = f.clock(begin.at);
  const to = f.clock(end.at);
  return (
    <li data-event="batches">
      <time dateTime={begin.at}>{from}</time>
      <div>
        <p>
          {batchWords(words, events)} {from !== to && <span className="hint">{words.log.until(to)}</span>}
        </p>
        {quotedInAll(events, told).map((one) => (
          <q key={one} dir="auto">
            {one}
          </q>
        ))}
        <details onToggle={(toggled) => setIsOpen(toggled.currentTarget.open)}>
          <summary>{words.log.numbers(f.count(begin.number), f.count(end.number))}</summary>
          {isOpen && (
            <ol>
              {events.map((one) => (
                <Entry key={one.number} event={one} />
              ))}
            </ol>
          )}
        </details>
      </div>
    </li>
  );
}

function Entry({ event }: { event: LogEvent }) {
  const words = useViewWords(table);
  const common = useWords();
  const told = useSpoken();
  const quoted = quotedIn(event, told);
  return (
    <li data-event={event.t}>
      <time dateTime={event.at}>{common.formats.clock(event.at)}</time>
      <div>
        <p>
          {eventWords(words, common, event, told)} {event.by && <bdi className="by">{event.by}</bdi>}
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
