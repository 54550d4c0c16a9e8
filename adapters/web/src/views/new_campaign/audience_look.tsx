// What an audience is: how many, which fields, the first rows; after an import also what was left out and why.
import { useEffect, useRef } from "react";
import type { Client } from "../../api/client";
import type { Audience, AudienceRow, ImportReport, Page } from "../../api/types";
import { Icon } from "../../components/icons";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { words as table } from "./words";

const rowsShown = 8;

/** An audience never changes: each is asked for once. */
const known = new WeakMap<Client, Map<string, Audience>>();

export function useAudience(id: string): Audience | null {
  const { client } = useSession();
  const here = known.get(client)?.get(id);
  const asked = useAsked(id && !here ? id : null, async (signal) => {
    const found = await client.json<Audience>("GET", `/v1/audiences/${id}`, { signal });
    known.set(client, (known.get(client) ?? new Map<string, Audience>()).set(id, found));
    return found;
  });
  return here ?? (asked.answer?.id === id ? asked.answer : null);
}

interface Props {
  id: string;
  report: ImportReport | null;
  /** What had the focus was replaced by this. */
  takesFocus: boolean;
}

export function AudienceLook({ id, report, takesFocus }: Props) {
  const { client } = useSession();
  const words = useViewWords(table).audience;
  const { card } = useWords();
  const audience = useAudience(id);
  const { answer: rows } = useAsked(id, (signal) =>
    client.json<Page<AudienceRow>>("GET", `/v1/audiences/${id}/rows?limit=${rowsShown}`, { signal }),
  );
  const facts = useRef<HTMLParagraphElement>(null);
  const isThere = audience !== null;
  useEffect(() => {
    if (takesFocus && isThere) facts.current?.focus();
  }, [takesFocus, isThere]);
  if (!audience) return null;
  const columns = audience.columns.filter((one) => one !== "email");
  return (
    <>
      <p className="audience-facts" ref={facts} tabIndex={-1}>
        <Icon name="check" />
        <b dir="auto">{audience.name}</b> · {card.recipients(audience.size)}
      </p>
      {report && <LeftOut report={report} />}
      {rows && (
        <div className="table-frame" tabIndex={0} role="region" aria-label={words.firstRows}>
          <table>
            <caption>{words.firstRows}</caption>
            <thead>
              <tr>
                <th scope="col">email</th>
                {columns.map((one) => (
                  <th key={one} scope="col" dir="auto">
                    {one}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.items.map((row) => (
                <tr key={row.index}>
                  <th scope="row">{row.email}</th>
                  {columns.map((one) => (
                    <td key={one} dir="auto">
                      {row.fields?.[one] ?? ""}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function LeftOut({ report }: { report: ImportReport }) {
  const words = useViewWords(table).audience;
  const { formats: f } = useWords();
  const told = useSpoken();
  if (report.left_out_total === 0) return <p className="hint">{words.nothingLeftOut}</p>;
  const linesOf = (code: string) => report.left_out.filter((one) => one.notice.code === code).map((one) => one.line);
  return (
    <details className="left-out" open>
      <summary>{words.leftOut(report.left_out_total)}</summary>
      <ul>
        {report.left_out_notices.map(({ code, count: counted }) => {
          const lines = linesOf(code);
          const count = Number(counted);
          const text = report.left_out.find((one) => one.notice.code === code)?.reason ?? code;
          return (
            <li key={code}>
              <b>{f.count(count)}</b> {told({ notice: { code }, text })}
              {lines.length > 0 && (
                <span className="hint">
                  {words.lines(lines.length, lines.map((one) => f.count(one)).join(", "))}
                  {lines.length < count && " …"}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
