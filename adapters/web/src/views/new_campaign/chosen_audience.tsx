// The audience that was chosen: how many, the first rows; after an import also what was left out and why.
import { useEffect, useRef } from "react";
import type { ImportReport } from "../../api/types";
import { AudienceRows, useAudience } from "../../components/audience_rows";
import { Icon } from "../../components/icons";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { words as table } from "./words";

const rowsShown = 8;

interface Props {
  id: string;
  report: ImportReport | null;
  /** What had the focus was replaced by this. */
  takesFocus: boolean;
}

export function ChosenAudience({ id, report, takesFocus }: Props) {
  const words = useViewWords(table).audience;
  const { card } = useWords();
  const audience = useAudience(id);
  const facts = useRef<HTMLParagraphElement>(null);
  const isThere = audience !== null;
  useEffect(() => {
    if (takesFocus && isThere) facts.current?.focus();
  }, [takesFocus, isThere]);
  if (!audience) return null;
  return (
    <>
      <p className="audience-facts" ref={facts} tabIndex={-1}>
        <Icon name="check" />
        <b dir="auto">{audience.name}</b> · {card.recipients(audience.size)}
      </p>
      {report && <LeftOut report={report} />}
      <AudienceRows audience={audience} limit={rowsShown} label={words.firstRows} notShown={words.rowsNotShown} />
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
