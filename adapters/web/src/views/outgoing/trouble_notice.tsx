// A relay that takes nothing: what the trouble is, whose, since when, what was tried, and what to do.
import { useEffect, useState } from "react";
import type { Campaign, RelayTrouble } from "../../api/types";
import { Icon } from "../../components/icons";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";

export function TroubleNotice({ campaign, trouble }: { campaign: Campaign; trouble: RelayTrouble }) {
  const { formats: f, card } = useWords();
  const told = useSpoken();
  const tries = useTries(campaign, trouble);
  return (
    <div className="notice" data-kind="trouble" data-about={trouble.about}>
      <Icon name="warning" />
      <div>
        <p>{card.relayTrouble(trouble.about, f.near(trouble.since), told(trouble))}</p>
        {trouble.advice && <p>{told(trouble.advice)}.</p>}
        {tries && <p>{card.tries(tries.count, f.near(tries.since), tries.next_at && f.clock(tries.next_at))}</p>}
      </div>
    </div>
  );
}

const askAgainMs = { min: 3_000, max: 60_000 };

/** No event tells of each try, so that the engine is asked again when the next one was due. */
function useTries(campaign: Campaign, trouble: RelayTrouble): RelayTrouble["tries"] {
  const { client } = useSession();
  const [round, setRound] = useState(0);
  const path = `/v1/campaigns/${encodeURIComponent(campaign.id)}`;
  const { answer } = useAsked(`${path} ${trouble.since} ${round}`, (signal) => client.json<Campaign>("GET", path, { signal }));
  const tries = (answer && answer.version >= campaign.version ? answer.relay_trouble : trouble)?.tries ?? null;
  const nextAt = tries?.next_at;
  useEffect(() => {
    const wait = nextAt ? Date.parse(nextAt) - Date.now() + 1_000 : 0;
    const timer = setTimeout(() => setRound((old) => old + 1), Math.min(Math.max(wait, askAgainMs.min), askAgainMs.max));
    return () => clearTimeout(timer);
  }, [round, nextAt]);
  return tries;
}
