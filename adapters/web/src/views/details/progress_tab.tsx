// How the campaign went over time, held against its plan.
import type { Campaign, Progress } from "../../api/types";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { momentsOf } from "./moments";
import { ProgressChart } from "./progress_chart";
import { Reading, useRead } from "./reading";
import { words as table } from "./words";

export function ProgressTab({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const asked = useRead<Progress>(campaign, "progress?points=300");
  return (
    <Reading asked={asked}>
      {(progress) =>
        progress.t0 === null ? (
          <p className="hint">{words.progress.none}</p>
        ) : (
          <>
            <ProgressChart progress={progress} />
            <ProgressTable progress={progress} />
          </>
        )
      }
    </Reading>
  );
}

const rowsMax = 200;

function ProgressTable({ progress }: { progress: Progress }) {
  const words = useViewWords(table);
  const { formats: f } = useWords();
  const said = words.progress;
  const moments = momentsOf(progress);
  const step = Math.ceil(moments.length / rowsMax);
  const rows = moments.filter((_, index) => index % step === 0 || index === moments.length - 1);
  return (
    <details className="raw">
      <summary>{said.asTable}</summary>
      <div className="rows-frame" tabIndex={0} role="region" aria-label={said.chart}>
        <table>
          <thead>
            <tr>
              <th scope="col">{said.time}</th>
              <th scope="col" className="number">
                {said.due}
              </th>
              <th scope="col" className="number">
                {said.left}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.at}>
                <th scope="row">{f.moment(one.at)}</th>
                <td className="number">{f.count(one.due)}</td>
                <td className="number">{one.left === null ? "" : f.count(one.left)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {progress.pauses.length > 0 && (
        <>
          <h3>{said.pausesTable}</h3>
          <ul className="plain-list">
            {progress.pauses.map(([from, to]) => (
              <li key={from}>
                {said.from} {f.moment(from)} {to ? `${said.to} ${f.moment(to)}` : said.lasts}
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}
