// What was done outside campaigns: who made a token, suppressed somebody, imported or exported a list; the newest first.
import { useState } from "react";
import type { HouseEvent, Page } from "../../api/types";
import { Button } from "../../components/button";
import { noticeWords } from "../../i18n/notice_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useLanguage, useWords } from "../../i18n/words";
import { useSession } from "../../session/session";
import { useLastOfHouse } from "../../stream/hooks";
import { useAsked } from "../../stream/use_asked";
import { useSlowly } from "../../stream/use_slowly";
import { words as table } from "./words";

const pageSize = 100;
const pageMax = 10_000;

export function HouseLog() {
  const all = useViewWords(table);
  const words = all.house;
  const { formats: f } = useWords();
  const { language } = useLanguage();
  const told = useSpoken();
  const { client } = useSession();
  const [limit, setLimit] = useState(pageSize);
  const [round, setRound] = useState(0);
  const last = useSlowly(useLastOfHouse());
  const { answer, fault } = useAsked(`house ${limit} ${last} ${round}`, (signal) =>
    client.json<Page<HouseEvent>>("GET", `/v1/house/log?latest=true&limit=${limit}`, { signal }),
  );
  return (
    <>
      <p className="hint">{words.intro}</p>
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <span>{all.failed(told(fault))}</span>
          <Button onClick={() => setRound((old) => old + 1)}>{all.again}</Button>
        </p>
      )}
      {answer && (
        <div className="rows-frame" data-look="tall" tabIndex={0} role="region" aria-label={all.tabs.house}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.number}</th>
                <th scope="col">{words.at}</th>
                <th scope="col">{words.by}</th>
                <th scope="col">{words.what}</th>
              </tr>
            </thead>
            <tbody>
              {answer.items.map((one) => (
                <tr key={one.number}>
                  <th scope="row">{f.count(one.number)}</th>
                  <td>{f.near(one.at)}</td>
                  <td>{one.by ? <bdi>{one.by}</bdi> : words.engine}</td>
                  <td>
                    <bdi>{noticeWords(language, one.notice, one.text)}</bdi>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {answer?.next && limit < pageMax && (
        <div className="tools">
          <Button onClick={() => setLimit((old) => Math.min(old * 4, pageMax))}>{all.more}</Button>
        </div>
      )}
    </>
  );
}
