import { memo, useEffect, useRef, useState } from "react";
import type { Campaign } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Icon, StatusSign } from "../../components/icons";
import { Menu, type MenuItem } from "../../components/menu";
import { useWords, type Words } from "../../i18n/words";
import { mayOperate, useSession } from "../../session/session";
import { useCampaign } from "../../stream/hooks";
import { isAllowed } from "./allowed";
import { ConfirmDialog, type Asked } from "./confirm_dialog";
import { accumulated, expectedEnd } from "./progress";
import { waitsInDoubt } from "./listing";
import { ProgressBar } from "./progress_bar";
import { useCommand } from "./use_command";

interface Props {
  id: string;
  isSelected: boolean;
  onSelect: ((id: string, isSelected: boolean) => void) | null;
  onDetails: (id: string) => void;
}

export const CampaignCard = memo(function CampaignCard({ id, isSelected, onSelect, onDetails }: Props) {
  const campaign = useCampaign(id);
  if (!campaign) return null;
  return <Card campaign={campaign} isSelected={isSelected} onSelect={onSelect} onDetails={onDetails} />;
});

function Card({ campaign, isSelected, onSelect, onDetails }: Omit<Props, "id"> & { campaign: Campaign }) {
  const { me } = useSession();
  const words = useWords();
  const command = useCommand(campaign.id);
  const [asked, setAsked] = useState<Asked | null>(null);
  useStatusAnnounced(campaign, words);

  const isOperator = mayOperate(me);
  const confirm = async (what: Asked) => {
    if (await command.send(what)) setAsked(null);
  };
  const items: MenuItem[] = [
    { id: "details", label: words.commands.details, onSelect: () => onDetails(campaign.id) },
  ];
  for (const what of ["release", "cancel"] as const)
    if (isOperator && isAllowed(what, campaign))
      items.push({
        id: what,
        label: words.commands[what],
        isDangerous: what === "cancel",
        onSelect: () => setAsked(what),
      });

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
          <div className="card-commands">
            {isOperator && campaign.status === "draft" && (
              <a className="button" data-look="primary" href={`#/new/${campaign.id}`}>
                <Icon name="pencil" />
                {words.commands.edit}
              </a>
            )}
            {isOperator && <SteeringButton {...{ campaign, command, setAsked }} />}
            <Menu label={words.card.more(campaign.name)} button={<Icon name="more" />} items={items} />
          </div>
        </header>
        <Facts campaign={campaign} />
        {campaign.counts.total > 0 && campaign.status !== "draft" && <ProgressBar campaign={campaign} />}
        <Pace campaign={campaign} />
        <Notices campaign={campaign} />
      </article>
      <ConfirmDialog
        what={asked}
        campaign={campaign}
        isPending={command.pending !== null}
        onConfirm={(what) => void confirm(what)}
        onClose={() => setAsked(null)}
      />
    </li>
  );
}

/** Pause, or Resume with how many letters leave at once (asked for only where there are any). One button, so that
 *  the focus stays where it is when the one becomes the other. */
function SteeringButton(props: {
  campaign: Campaign;
  command: ReturnType<typeof useCommand>;
  setAsked: (what: Asked) => void;
}) {
  const { campaign, command, setAsked } = props;
  const words = useWords();
  const what = (["pause", "resume"] as const).find((one) => isAllowed(one, campaign));
  if (!what) return null;
  const held = accumulated(campaign);
  const label = what === "resume" && held > 0 ? words.commands.resumeCount(held) : words.commands[what];
  return (
    <Button
      look={what === "resume" ? "primary" : "plain"}
      data-command={what}
      aria-disabled={command.pending !== null}
      onClick={() => (what === "resume" && held > 0 ? setAsked("resume") : command.sendUnasked(what))}
    >
      <Icon name={what === "pause" ? "pause" : "play"} />
      {command.pending === what ? words.commands.pending : label}
    </Button>
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
        <dd>{campaign.starts_at ? f.near(campaign.starts_at) : card.noStart}</dd>
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

function Notices({ campaign }: { campaign: Campaign }) {
  const { formats: f, card } = useWords();
  const { hold, drain, relay_trouble: trouble, fault, moderation } = campaign;
  const isStopped = campaign.status === "paused" || campaign.status === "cancelled";
  return (
    <>
      {(hold || (drain && isStopped)) && (
        <div className="notice" data-kind="held">
          {hold && (
            <span>
              {hold.reason === "spam_suspicion"
                ? card.heldForSpam(f.near(hold.since))
                : card.heldBy(hold.by, f.near(hold.since))}
              {hold.text && <Quoted text={hold.text} />}
            </span>
          )}
          {drain && isStopped && (
            <span className="drain" aria-live="polite">
              {drain.ended_at
                ? card.drained(drain.accepted, drain.in_doubt, drain.refused, drain.returned)
                : card.inFlight(campaign.counts.in_flight)}
            </span>
          )}
        </div>
      )}
      {campaign.stage === "moderation" && moderation.reasons.length > 0 && (
        <ul className="notice" data-kind="held">
          {moderation.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {campaign.status === "rejected" && moderation.words && (
        <p className="notice" data-kind="held">
          <Quoted text={moderation.words} />
        </p>
      )}
      {waitsInDoubt(campaign) && (
        <p className="notice" data-kind="held">
          <Icon name="warning" />
          <span>
            {card.inDoubt(campaign.counts.in_doubt)} <a href={`#/doubt/${campaign.id}`}>{card.decideDoubt}</a>
          </span>
        </p>
      )}
      {trouble && (
        <p className="notice" data-kind="trouble">
          <Icon name="warning" />
          <span>{card.relayTrouble(f.near(trouble.since), trouble.text)}</span>
        </p>
      )}
      {fault && (
        <p className="notice" data-kind="trouble">
          <Icon name="warning" />
          <span>{card.fault(fault)}</span>
        </p>
      )}
    </>
  );
}

/** A person's words. Whatever direction they have ends before the closing mark. */
function Quoted({ text }: { text: string }) {
  return (
    <q>
      <bdi>{text}</bdi>
    </q>
  );
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
