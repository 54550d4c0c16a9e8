// Every letter with what became of it; one of them opens its story.
import { useEffect, useRef, useState } from "react";
import type { Campaign, LetterRow } from "../../api/types";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import type { Outcome } from "./event_words";
import { LetterStory } from "./letter_story";
import { Reading, useReadList } from "./reading";
import { replyText } from "../../i18n/reply_text";
import { words as table } from "./words";

const filters: Outcome[] = ["accepted", "refused", "refused_for_now", "deferred", "in_doubt", "in_flight", "pending", "skipped"];
const pageSize = 50;

/** "Refused for now" is no outcome of the engine's, but some of the deferred. */
function asksFor(outcome: Outcome | ""): Record<string, string> {
  if (outcome === "refused_for_now") return { provisional: "true" };
  return outcome ? { outcome } : {};
}

export function LettersTab({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const [search, setSearch] = useState("");
  const [outcome, setOutcome] = useState<Outcome | "">("");
  const [limit, setLimit] = useState(pageSize);
  const [opened, setOpened] = useState<LetterRow | null>(null);
  const rows = useRef<HTMLDivElement>(null);
  const left = useRef<LetterRow | null>(null);
  const asked = useReadList<LetterRow>(
    campaign,
    "letters",
    { ...(search.trim() && { q: search.trim() }), ...asksFor(outcome) },
    limit,
  );
  // Back from a story, the focus is where it was.
  useEffect(() => {
    const whole = rows.current;
    if (!opened && left.current && whole)
      (whole.querySelector<HTMLElement>(`[data-letter="${left.current.index}"]`) ?? whole.querySelector("input"))?.focus();
    left.current = opened;
  }, [opened]);
  if (opened) return <LetterStory campaign={campaign} letter={opened} onClose={() => setOpened(null)} />;
  return (
    <div ref={rows} className="letters">
      <div className="tools" role="search">
        <label className="search">
          <span className="visually-hidden">{words.letter.search}</span>
          <Icon name="search" />
          <input
            type="search"
            value={search}
            placeholder={words.letter.hint}
            onChange={(event) => {
              setSearch(event.target.value);
              setLimit(pageSize);
            }}
          />
        </label>
        <label>
          <span>{words.letter.filter}</span>
          <select
            value={outcome}
            onChange={(event) => {
              setOutcome(event.target.value as Outcome | "");
              setLimit(pageSize);
            }}
          >
            <option value="">{words.letter.all}</option>
            {filters.map((one) => (
              <option key={one} value={one}>
                {words.states[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Reading asked={asked}>
        {(answer) =>
          answer.items.length === 0 ? (
            <p className="hint">{words.letter.none}</p>
          ) : (
            <>
              <Rows letters={answer.items} onOpen={setOpened} />
              {answer.next !== null && <Button onClick={() => setLimit((old) => old * 2)}>{words.more}</Button>}
            </>
          )
        }
      </Reading>
    </div>
  );
}

function Rows({ letters, onOpen }: { letters: LetterRow[]; onOpen: (letter: LetterRow) => void }) {
  const words = useViewWords(table);
  const told = useSpoken();
  const { formats: f } = useWords();
  return (
    <div className="rows-frame" tabIndex={0} role="region" aria-label={words.tabs.letters}>
      <table>
        <thead>
          <tr>
            <th scope="col" className="number">
              {words.letter.number}
            </th>
            <th scope="col">{words.letter.address}</th>
            <th scope="col">{words.letter.state}</th>
            <th scope="col">{words.letter.reply}</th>
            <th scope="col" className="number">
              {words.letter.attempts}
            </th>
            <th scope="col">{words.letter.when}</th>
          </tr>
        </thead>
        <tbody>
          {letters.map((one) => (
            <tr key={one.index}>
              <td className="number">{f.count(one.index + 1)}</td>
              <th scope="row">
                <button type="button" className="link" data-letter={one.index} onClick={() => onOpen(one)}>
                  <bdi>{one.email}</bdi>
                </button>
              </th>
              <td>
                <span className="letter-state" data-state={one.outcome}>
                  {words.states[one.provisional && one.outcome === "deferred" ? "refused_for_now" : one.outcome]}
                </span>{" "}
                {one.retry_at && <span className="hint">{words.letter.retry(f.near(one.retry_at))}</span>}
              </td>
              <td className="wide" dir="auto">
                {replyText(one.last_reply, told)}
              </td>
              <td className="number">{f.count(one.attempts)}</td>
              <td>{one.changed_at ? f.near(one.changed_at) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
