// Every part of a plan, a page at a time.
import { useState } from "react";
import type { PlannedPart } from "../../api/types";
import { Button } from "../../components/button";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { words as table } from "./words";

const rowsMore = 100;

export function PlanTable({ parts, count }: { parts: PlannedPart[]; count: number }) {
  const words = useViewWords(table).plan;
  const { formats: f } = useWords();
  const [limit, setLimit] = useState(rowsMore);
  const shown = parts.slice(0, limit);
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
          {shown.length < parts.length && <Button onClick={() => setLimit(limit + rowsMore)}>{words.more}</Button>}
        </p>
      )}
    </>
  );
}
