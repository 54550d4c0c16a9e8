// The campaign's log, page by page.
import { useState } from "react";
import type { Campaign, LogEvent, Page } from "../../api/types";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { Reading, useRead, useSlowly } from "./reading";
import { Timeline } from "./timeline";
import { words as table } from "./words";

const pageSize = 100;

export function LogTab({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const [isNewestFirst, setIsNewestFirst] = useState(true);
  const [limit, setLimit] = useState(pageSize);
  const last = useSlowly(campaign.version);
  const after = isNewestFirst ? Math.max(0, last - limit) : 0;
  const asked = useRead<Page<LogEvent>>(campaign, `log?limit=${limit}&after=${after}`);
  const hasMore = isNewestFirst ? after > 0 : last > limit;
  return (
    <>
      <label className="switch">
        <input type="checkbox" checked={isNewestFirst} onChange={(event) => setIsNewestFirst(event.target.checked)} />
        {words.log.newestFirst}
      </label>
      <Reading asked={asked}>
        {(answer) => (
          <>
            <Timeline events={isNewestFirst ? answer.items.toReversed() : answer.items} />
            {hasMore && <Button onClick={() => setLimit((old) => Math.min(old * 2, 10_000))}>{words.more}</Button>}
          </>
        )}
      </Reading>
    </>
  );
}
