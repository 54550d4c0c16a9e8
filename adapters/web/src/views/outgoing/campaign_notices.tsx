// What keeps a campaign from going its way, or wants somebody's attention.
import type { Campaign } from "../../api/types";
import { Icon } from "../../components/icons";
import { spokenReasons } from "../../i18n/notice_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords, type Words } from "../../i18n/words";
import { waitsInDoubt } from "./listing";
import { behindTrial, isHeldByEngine } from "./progress";
import { RefusalsNotice } from "./refusals_notice";
import { TroubleNotice } from "./trouble_notice";

export function CampaignNotices({ campaign }: { campaign: Campaign }) {
  const words = useWords();
  const { formats: f, card } = words;
  const told = useSpoken();
  const { hold, drain, relay_trouble: trouble, fault, moderation, trial } = campaign;
  const isStopped = campaign.status === "paused" || campaign.status === "cancelled";
  // The engine holds what is refused: that nothing else became of the last letters is no news.
  const isDrainNews = !drain?.ended_at || !isHeldByEngine(campaign) || drain.accepted + drain.in_doubt > 0;
  return (
    <>
      {(hold || (drain && isStopped)) && (
        <div className="notice" data-kind="held">
          {hold && (
            <span>
              {hold.reason === "spam_suspicion"
                ? card.heldForSpam(f.near(hold.since))
                : hold.reason === "relay_refuses"
                  ? card.heldForRefusals(f.near(hold.since))
                  : hold.reason === "content_changed"
                    ? card.heldForContent(f.near(hold.since))
                    : hold.reason === "approval_expired"
                      ? card.heldForApproval(f.near(hold.since))
                      : card.heldBy(hold.by, f.near(hold.since))}
              {hold.text && <Quoted text={told(hold)} />}
            </span>
          )}
          {hold?.reason === "relay_refuses" && <span>{adviceOf(campaign, words)}</span>}
          {drain && isStopped && isDrainNews && (
            <span className="drain" aria-live="polite">
              {drain.ended_at
                ? card.drained(drain.accepted, drain.in_doubt, drain.refused, drain.returned)
                : card.inFlight(campaign.counts.in_flight)}
            </span>
          )}
        </div>
      )}
      {trial && (
        <p className="notice" data-kind="held">
          <span>{card.trial(trial.outcomes.begun, trial.letters, trial.outcomes.accepted, trial.outcomes.refused)}</span>
        </p>
      )}
      {campaign.refusals.provisional > 0 && campaign.stage === "sending" && <RefusalsNotice campaign={campaign} />}
      {campaign.stage === "moderation" && moderation.reasons.length > 0 && (
        <ul className="notice" data-kind="held">
          {spokenReasons(moderation).map((reason) => (
            <li key={reason.text} dir="auto">
              {told(reason)}
            </li>
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
      {trouble && <TroubleNotice campaign={campaign} trouble={trouble} />}
      <Hints campaign={campaign} />
      {fault && (
        <p className="notice" data-kind="trouble">
          <Icon name="warning" />
          <span>{card.fault(told({ text: fault, notice: campaign.fault_notice }))}</span>
        </p>
      )}
    </>
  );
}

/** What slows it down without anything being wrong. */
function Hints({ campaign }: { campaign: Campaign }) {
  const { formats: f, card } = useWords();
  const told = useSpoken();
  const { delays, relay_pace: pace, status } = campaign;
  const isMoving = status === "sending" && !campaign.relay_trouble;
  const said: string[] = [];
  if (isMoving && pace)
    said.push(
      pace.letters_per_second === null
        ? card.paceOfConnections(pace.connections, pace.connections_max, pace.text)
        : card.paceOfLetters(f.rate(pace.letters_per_second), pace.text),
    );
  if (isMoving && delays)
    said.push(card.delayed(delays.letters, delays.last?.text ?? "", delays.next_at && f.near(delays.next_at)));
  for (const { name, trouble } of campaign.relays_failing ?? [])
    said.push(card.relayFails(name || "[relay]", f.near(trouble.since), told(trouble)));
  return said.map((one) => (
    <p className="notice" data-kind="hint" key={one}>
      <span>{one}</span>
    </p>
  ));
}

/** Whose failure it is that the server refuses, and what to do. */
function adviceOf(campaign: Campaign, { card, confirm }: Words): string {
  const { hold } = campaign;
  if (!hold) return "";
  const whose = hold.notice?.code === "sender_refused" ? card.refusalIsSenders : card.refusalIsEverybodys;
  const trial = confirm.trialText(hold.trial, behindTrial(campaign));
  return `${whose} ${hold.trial > 0 ? card.mendAndResume(trial) : card.resumeEnds}`;
}

/** A person's words. Whatever direction they have ends before the closing mark. */
function Quoted({ text }: { text: string }) {
  return (
    <q>
      <bdi>{text}</bdi>
    </q>
  );
}
