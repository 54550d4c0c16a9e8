import { memo, useEffect, useRef } from "react";
import type { Campaign } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Icon, StatusSign } from "../../components/icons";
import { useWords, type Words } from "../../i18n/words";
import { useCampaign } from "../../stream/hooks";
import { CampaignCommands } from "./campaign_commands";
import { CampaignNotices } from "./campaign_notices";
import { expectedEnd } from "./progress";
import { ProgressBar } from "./progress_bar";

interface Props {
  id: string;
  isSelected: boolean;
  onSelect: ((id: string, isSelected: boolean) => void) | null;
  onDetails: (id: string, tab?: string) => void;
}

export const CampaignCard = memo(function CampaignCard({ id, isSelected, onSelect, onDetails }: Props) {
  const campaign = useCampaign(id);
  if (!campaign) return null;
  return <Card campaign={campaign} isSelected={isSelected} onSelect={onSelect} onDetails={onDetails} />;
});

function Card({ campaign, isSelected, onSelect, onDetails }: Omit<Props, "id"> & { campaign: Campaign }) {
  const words = useWords();
  useStatusAnnounced(campaign, words);
  return (
    <li className="card" data-campaign={campaign.id} data-status={campaign.status}>
      <article aria-labelledby={`name-${campaign.id}`}>
        <header className="card-head">
          {onSelect && (
            <input
              type="checkbox"
              checked={isSelected}
              onChange={(event) => onSelect(campaign.id, event.target.checked)}
              aria-label={words.card.select(campaign.name)}
            />
          )}
          <h2 id={`name-${campaign.id}`} dir="auto">
            {campaign.name}
          </h2>
          <StatusSign status={campaign.status} label={words.status[campaign.status]} />
          <CampaignCommands campaign={campaign} onDetails={onDetails} onLook={() => onDetails(campaign.id, "response")} />
        </header>
        <Facts campaign={campaign} />
        {campaign.counts.total > 0 && campaign.status !== "draft" && <ProgressBar campaign={campaign} />}
        <Pace campaign={campaign} />
        <CampaignNotices campaign={campaign} />
      </article>
    </li>
  );
}

function Facts({ campaign }: { campaign: Campaign }) {
  const words = useWords();
  const { formats: f, card } = words;
  return (
    <dl className="facts">
      <div>
        <dt className="visually-hidden">{card.channelLabel}</dt>
        <dd>
          <Icon name="mail" />
          {card.channel}
        </dd>
      </div>
      <div className="facts-wide">
        <dt>{card.audience}</dt>
        <dd>
          {campaign.audience ? (
            <>
              <span dir="auto">{campaign.audience.name}</span> · {card.recipients(campaign.audience.size)}
            </>
          ) : (
            card.noAudience
          )}
        </dd>
      </div>
      <div>
        <dt>{card.start}</dt>
        <dd>{startOf(campaign, words)}</dd>
      </div>
      <div>
        <dt>{card.changed}</dt>
        <dd>{f.near(campaign.changed_at)}</dd>
      </div>
      <div className="facts-wide">
        <dt>{card.plan}</dt>
        <dd>{campaign.released ? card.released : words.plan(campaign.plan, campaign.starts_at)}</dd>
      </div>
    </dl>
  );
}

function startOf({ starts_at: at, released, changed_at: changedAt }: Campaign, { formats: f, card }: Words): string {
  if (!at) return card.noStart;
  // The plan's beginning stays what it was; letters leave from the release on.
  return released && Date.parse(changedAt) < Date.parse(at) ? card.startedBefore(f.near(at)) : f.near(at);
}

/** Rate, expected end, the next part. */
function Pace({ campaign }: { campaign: Campaign }) {
  const { formats: f, card } = useWords();
  const end = expectedEnd(campaign);
  const said: string[] = [];
  if (campaign.status === "sending" && campaign.rate > 0) said.push(card.rate(f.rate(campaign.rate)));
  if (campaign.next_part && !campaign.released)
    said.push(card.next(campaign.next_part.letters, f.near(campaign.next_part.at)));
  if (end !== null) said.push(card.expectedEnd(f.near(end)));
  return said.length > 0 ? <p className="pace">{said.join(" · ")}</p> : null;
}

function useStatusAnnounced(campaign: Campaign, words: Words) {
  const announce = useAnnounce();
  const before = useRef(campaign.status);
  useEffect(() => {
    if (before.current !== campaign.status)
      announce(words.announce.status(campaign.name, words.status[campaign.status]));
    before.current = campaign.status;
  }, [campaign.status, campaign.name, words, announce]);
}
