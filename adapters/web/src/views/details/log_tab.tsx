// The campaign's log, page by page.
import { useState } from "react";
import type { Campaign, LogEvent } from "../../api/types";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { useSlowly } from "../../stream/use_slowly";
import { Reading, useReadList } from "./reading";
import { Timeline } from "./timeline";
import { words as table } from "./words";

/** Most of them are of batches, which are told together. */
const pageSize = 200;
const step = 100;

export function LogTab({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const [isNewestFirst, setIsNewestFirst] = useState(true);
  const [limit, setLimit] = useState(pageSize);
  const last = useSlowly(campaign.version);
  // In steps, so that the oldest that is shown stays the same for a while as new ones come.
  const after = isNewestFirst ? Math.max(0, Math.floor((last - limit) / step) * step) : 0;
  const asked = useReadList<LogEvent>(campaign, "log", { after: String(after) }, limit + step);
  const hasMore = isNewestFirst ? after > 0 : last > limit + step;
  return (
    <>
      <label className="switch">
        <input type="checkbox" checked={isNewestFirst} onChange={(event) => setIsNewestFirst(event.target.checked)} />
        {words.log.newestFirst}
      </label>
      <Reading asked={asked}>
        {(answer) => (
          <>
            <Timeline isFolded events={isNewestFirst ? answer.items.toReversed() : answer.items} />
            {hasMore && <Button onClick={() => setLimit((old) => old * 2)}>{words.more}</Button>}
          </>
        )}
      </Reading>
    </>
  );
}
