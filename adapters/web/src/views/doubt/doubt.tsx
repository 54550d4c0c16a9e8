// Letters that may have arrived or not, under `hold`: campaign by campaign, for a person to say what becomes of them.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useAnnounce } from "../../components/announcer";
import { StatusSign } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { useCampaign, useCampaigns, useConnection } from "../../stream/hooks";
import { Empty } from "../outgoing/campaign_list";
import { isUnder } from "../outgoing/listing";
import { ProgressBar } from "../outgoing/progress_bar";
import "./doubt.css";
import { DoubtedCampaign } from "./doubted_campaign";
import type { Settled } from "./settle_dialog";
import { words as table } from "./words";

export default function Doubt({ id }: { id: string | undefined }) {
  const words = useViewWords(table);
  const announce = useAnnounce();
  const all = useCampaigns();
  const isOpening = useConnection().state === "opening";
  // One that a question is open about stays, so that the answer is read: the stream may tell sooner that it is over.
  const [asking, setAsking] = useState<string | null>(null);
  const waiting = useMemo(() => all.filter((one) => isUnder("doubt", one) || one.id === asking), [all, asking]);
  const [settled, setSettled] = useState<Settled[]>([]);
  const told = useRef<HTMLHeadingElement>(null);
  const onSettled = useCallback(
    (what: Settled) => {
      setSettled((old) => [what, ...old]);
      announce(words.settled[what.action](what.letters));
    },
    [announce, words],
  );
  // What had the focus may be gone with what was settled.
  useEffect(() => {
    if (settled.length > 0) setTimeout(() => told.current?.focus());
  }, [settled.length]);

  if (waiting.length === 0 && settled.length === 0)
    return isOpening ? null : <Empty tab="doubt" isFiltered={false} onReset={() => {}} />;
  return (
    <div className="doubt">
      <p className="hint">{words.what}</p>
      {settled.length > 0 && (
        <section className="settled" aria-labelledby="settled-title">
          <h2 id="settled-title" ref={told} tabIndex={-1}>
            {words.settledTitle}
          </h2>
          <ul>
            {[...new Set(settled.map((one) => one.campaign.id))].map((id) => (
              <SettledCampaign key={id} id={id} settled={settled.filter((one) => one.campaign.id === id)} />
            ))}
          </ul>
        </section>
      )}
      {waiting.map((one) => (
        <DoubtedCampaign
          key={one.id}
          id={one.id}
          isAskedFor={one.id === id}
          onAsking={(isOpen) => setAsking(isOpen ? one.id : null)}
          onSettled={onSettled}
        />
      ))}
    </div>
  );
}

/** What was decided here, latest first, and how the campaign goes on. */
function SettledCampaign({ id, settled }: { id: string; settled: Settled[] }) {
  const words = useViewWords(table);
  const { status } = useWords();
  const campaign = useCampaign(id);
  return (
    <li>
      <div>
        {settled.map((one) => (
          <p key={one.key}>
            <bdi>{one.campaign.name}</bdi>: {words.settled[one.action](one.letters)}
          </p>
        ))}
      </div>
      {campaign && <StatusSign status={campaign.status} label={status[campaign.status]} />}
      {campaign && <ProgressBar campaign={campaign} />}
    </li>
  );
}
