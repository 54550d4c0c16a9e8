// What the sending server said, the same words together; then the record as the engine tells it.
import type { Campaign, Page, ResponseGroup } from "../../api/types";
import { CopyButton } from "../../components/copy_button";
import { useViewWords } from "../../i18n/view_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { Reading, useRead } from "./reading";
import { CampaignNotices } from "../outgoing/campaign_notices";
import { isHeldByEngine } from "../outgoing/progress";
import { words as table } from "./words";

export function ResponseTab({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const asked = useRead<Page<ResponseGroup>>(campaign, "responses");
  return (
    <>
      {(isHeldByEngine(campaign) || campaign.relay_trouble) && <CampaignNotices campaign={campaign} />}
      <Reading asked={asked}>
        {(answer) => (
          <>
            {answer.items.length === 0 ? <p className="hint">{words.response.none}</p> : <Groups groups={answer.items} />}
            <details className="raw">
              <summary>{words.response.raw}</summary>
              <CopyButton text={JSON.stringify(answer.items, null, 2)} />
              <pre tabIndex={0}>{JSON.stringify(answer.items, null, 2)}</pre>
            </details>
          </>
        )}
      </Reading>
    </>
  );
}

function Groups({ groups }: { groups: ResponseGroup[] }) {
  const words = useViewWords(table);
  const told = useSpoken();
  const { formats: f } = useWords();
  const said = words.response;
  return (
    <div className="rows-frame" tabIndex={0} role="region" aria-label={words.tabs.response}>
      <table>
        <thead>
          <tr>
            <th scope="col">{said.code}</th>
            <th scope="col">{said.words}</th>
            <th scope="col" className="number">
              {said.count}
            </th>
            <th scope="col">{said.first}</th>
            <th scope="col">{said.last}</th>
            <th scope="col">{said.example}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((one) => (
            <tr key={`${one.code} ${one.enhanced} ${one.text}`}>
              <td>
                <span className="reply-code" data-kind={kindOf(one.code)}>
                  {one.code ? `${one.code} ${one.enhanced}` : said.ours}
                </span>
              </td>
              <td className="wide" dir="auto">
                {one.code ? one.text : told(one)}
              </td>
              <td className="number">{f.count(one.count)}</td>
              <td>{f.moment(one.first_seen)}</td>
              <td>{f.moment(one.last_seen)}</td>
              <td dir="auto">{one.example}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** By the first digit of the reply code (RFC 5321 section 4.2.1). */
function kindOf(code: number): "good" | "held" | "danger" {
  if (code >= 200 && code < 300) return "good";
  return code >= 500 ? "danger" : "held";
}
