// What an import left out, by reason with the first lines; and what it put right.
import type { Audience, LeftOutRow, Notice } from "../api/types";
import { useSpoken } from "../i18n/use_spoken";
import { useViewWords } from "../i18n/view_words";
import { useWords } from "../i18n/words";
import { words as table } from "./left_out_words";
import "./left_out.css";

const examplesMax = 5;

interface Props {
  total: number;
  /** Each with its `count`. */
  reasons: Notice[];
  /** The first of them. */
  rows: LeftOutRow[];
  /** What was put right. */
  notices: Notice[];
  isOpen: boolean;
}

export function LeftOut({ total, reasons, rows, notices, isOpen }: Props) {
  const words = useViewWords(table);
  const { formats: f } = useWords();
  const told = useSpoken();
  return (
    <>
      {total === 0 ? (
        <p className="hint">{words.nothing}</p>
      ) : (
        <details className="left-out" open={isOpen}>
          <summary>{words.leftOut(total)}</summary>
          <ul>
            {reasons.map(({ code, count: counted }) => {
              const those = rows.filter((one) => one.notice.code === code);
              const count = Number(counted);
              return (
                <li key={code}>
                  <b>{f.count(count)}</b> {told({ notice: { code }, text: those[0]?.reason ?? code })}
                  <Lines rows={those} count={count} />
                </li>
              );
            })}
          </ul>
        </details>
      )}
      {notices.length > 0 && (
        <details className="put-right">
          <summary>{words.putRight}</summary>
          <ul>
            {notices.map((one) => (
              <li key={JSON.stringify(one)}>{told({ notice: one, text: one.code })}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** What became of the file that an audience was made of; nothing of one that was not, or of before. */
export function ImportOf({ audience }: { audience: Audience }) {
  const words = useViewWords(table);
  const { left_out_total: total, left_out_reasons: reasons = [], left_out: rows = [], read } = audience;
  if (total === undefined || !read?.format) return null;
  return (
    <>
      <p className="hint">{words.readAs(words.formats[read.format] ?? read.format, read.encoding ?? "", read.sheet ?? "")}</p>
      <LeftOut total={total} reasons={reasons} rows={rows} notices={read.notices ?? []} isOpen={false} />
    </>
  );
}

/** Where, and what stood there where that is known. */
function Lines({ rows, count }: { rows: LeftOutRow[]; count: number }) {
  const words = useViewWords(table);
  const { formats: f } = useWords();
  if (rows.length === 0) return null;
  const withCells = rows.filter((one) => one.cell).slice(0, examplesMax);
  if (withCells.length === 0)
    return (
      <span className="hint">
        {words.lines(rows.length, rows.map((one) => f.count(one.line)).join(", "))}
        {rows.length < count && " …"}
      </span>
    );
  return (
    <ul className="left-out-cells">
      {withCells.map((one) => (
        <li key={one.line}>
          {words.lines(1, f.count(one.line))}: <q dir="auto">{one.cell}</q>
        </li>
      ))}
      {withCells.length < count && <li>{words.more(count - withCells.length)}</li>}
    </ul>
  );
}
