// The campaign's facts, and the message as one recipient gets it.
import type { Campaign } from "../../api/types";
import { useRelays } from "../../components/use_relays";
import { LetterFacts } from "../../components/letter_facts";
import { MessageLook } from "../../components/message_look";
import { useViewWords } from "../../i18n/view_words";
import { spokenReasons } from "../../i18n/notice_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { CampaignNotices } from "../outgoing/campaign_notices";
import { approvalRows } from "../moderation/approval_rows";
import { words as moderationTable } from "../moderation/words";
import { words as table } from "./words";

export function FactsTab({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const own = useViewWords(moderationTable);
  const { card, details, formats: f, plan } = useWords();
  const told = useSpoken();
  const hasSeveral = useRelays().length > 0;
  const { audience, drain, moderation, stage, status } = campaign;
  const isStopped = status === "paused" || status === "cancelled";
  // What the notices above say already is not said again.
  const reasons = stage === "moderation" ? [] : spokenReasons(moderation);
  const verdict = status === "rejected" ? "" : moderation.words;
  const rows: [string, string][] = [
    [details.job, campaign.id],
    [details.putIn, f.moment(campaign.created_at)],
    [details.changed, f.moment(campaign.changed_at)],
    [details.campaign, campaign.name],
    [details.sender, campaign.from],
    [details.replyTo, campaign.reply_to || "—"],
    ...(campaign.tags?.length ? [[details.tags, campaign.tags.join(", ")] as [string, string]] : []),
    [details.audience, audience ? `${audience.name} · ${card.recipients(audience.size)}` : card.noAudience],
    [details.subject, campaign.subject],
    [details.plan, campaign.released ? card.released : plan(campaign.plan, campaign.starts_at)],
    [words.onDoubt, words.doubts[campaign.on_doubt]],
    ...(campaign.relay || hasSeveral ? [[words.relay, campaign.relay || words.anyRelay] as [string, string]] : []),
    ...(campaign.submitted_at ? approvalRows(own, f, campaign) : []),
    ...(campaign.accepted_resent ? [[words.perhapsTwice, words.twice(campaign.accepted_resent)] as [string, string]] : []),
  ];
  return (
    <>
      <CampaignNotices campaign={campaign} />
      <dl className="detail-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
        {(reasons.length > 0 || verdict) && (
          <div>
            <dt>{words.moderation}</dt>
            <dd>
              <ul className="plain-list">
                {reasons.map((reason) => (
                  <li key={reason.text} dir="auto">
                    {told(reason)}
                  </li>
                ))}
                {verdict && (
                  <li>
                    <q>
                      <bdi>{verdict}</bdi>
                    </q>
                  </li>
                )}
              </ul>
            </dd>
          </div>
        )}
        {drain?.ended_at && !isStopped && (
          <div>
            <dt>{words.lastStop}</dt>
            <dd>{card.drained(drain.accepted, drain.in_doubt, drain.refused, drain.returned)}</dd>
          </div>
        )}
      </dl>
      <LetterFacts campaign={campaign} />
      {audience ? <MessageLook campaign={campaign} /> : <p className="hint">{words.noMessageYet}</p>}
    </>
  );
}
