// What waits for a moderator, what waits longest first, and beside it the one that is looked at. The one that is looked
// at never changes by itself: nobody approves what slipped under the hand.
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Campaign } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { useViewWords } from "../../i18n/view_words";
import { go } from "../../route";
import { useSession } from "../../session/session";
import { useCampaigns, useConnection } from "../../stream/hooks";
import { Empty } from "../outgoing/campaign_list";
import { listed, waitsSince } from "../outgoing/listing";
import "./moderation.css";
import { Queue } from "./queue";
import { Review } from "./review";
import { words as table } from "./words";

/** What is decided once. */
const matterOf = (campaign: Campaign) => `${campaign.id} ${waitsSince(campaign)}`;

const everything = { search: "", status: "", sorting: "changed" } as const;

export default function Moderation({ id }: { id: string | undefined }) {
  const words = useViewWords(table);
  const { campaigns } = useSession();
  const announce = useAnnounce();
  const all = useCampaigns();
  const isOpening = useConnection().state === "opening";
  // The stream may tell later than the answer that it waits no longer. One that waits anew is another matter.
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const queue = useMemo(() => listed(all, "moderation", everything).filter((one) => !decided.has(matterOf(one))), [all, decided]);
  const [first, setFirst] = useState<string>();
  const [isMoved, setIsMoved] = useState(false);
  const head = queue[0]?.id;
  const shown = id && campaigns.get(id) ? id : first;

  useEffect(() => {
    if (!first && head) setFirst(head);
  }, [first, head]);

  const goOn = useCallback(() => {
    const at = queue.findIndex((one) => one.id === shown);
    const next = queue[at + 1] ?? queue.find((one) => one.id !== shown);
    setIsMoved(true);
    setFirst(next?.id);
    if (next) go("moderation", next.id);
    else go("moderation");
  }, [queue, shown]);
  const onDecided = useCallback(
    (decidedOf: Campaign, what: string) => {
      announce(what);
      setDecided((old) => new Set(old).add(matterOf(decidedOf)));
      goOn();
    },
    [announce, goOn],
  );

  if (!shown || !campaigns.get(shown))
    return isOpening ? null : <Nothing takesFocus={isMoved} />;
  return (
    <div className="moderation">
      <section aria-labelledby="queue-title" className="queue-side">
        <h2 id="queue-title">{words.queue(queue.length)}</h2>
        {queue.length > 0 ? (
          <Queue queue={queue} shown={shown} onChosen={() => setIsMoved(true)} />
        ) : (
          <p className="hint">{words.queueEmpty}</p>
        )}
      </section>
      <Review key={shown} id={shown} takesFocus={isMoved} hasNext={queue.some((one) => one.id !== shown)} {...{ goOn, onDecided }} />
    </div>
  );
}

function Nothing({ takesFocus }: { takesFocus: boolean }) {
  useEffect(() => {
    if (takesFocus) document.getElementById("campaigns")?.focus();
  }, [takesFocus]);
  return <Empty tab="moderation" isFiltered={false} onReset={() => {}} />;
}
