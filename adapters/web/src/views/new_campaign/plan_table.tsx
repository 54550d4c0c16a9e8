// Every part of a plan, a page at a time.
import type { PlannedPart } from "../../api/types";
import { Button } from "../../components/button";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { partsMax } from "./use_timetable";
import { words as table } from "./words";

export const rowsAtFirst = 100;

interface Props {
  parts: PlannedPart[];
  /** Of all parts, known here or not. */
  count: number;
  rows: number;
  onRows: (rows: number) => void;
}

export function PlanTable({ parts, count, rows, onRows }: Props) {
  const words = useViewWords(table).plan;
  const { formats: f } = useWords();
  const shown = parts.slice(0, rows);
  return (
    <>
      <div className="table-frame plan-table" tabIndex={0} role="region" aria-label={words.table}>
        <table>
          <caption className="visually-hidden">{words.table}</caption>
          <thead>
            <tr>
              <th scope="col">{words.part}</th>
              <th scope="col">{words.due}</th>
              <th scope="col">{words.letters}</th>
              <th scope="col">{words.total}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.part}>
                <th scope="row">{f.count(one.part + 1)}</th>
                <td>{f.moment(one.at)}</td>
                <td>{f.count(one.letters)}</td>
                <td>{f.count(one.total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < count && (
        <p className="table-rest">
          <span className="hint">{words.shown(f.count(shown.length), f.count(count))}</span>
          {rows < partsMax && <Button onClick={() => onRows(rows * 4)}>{words.more}</Button>}
        </p>
      )}
    </>
  );
}
