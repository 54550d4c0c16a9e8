// The campaign's facts, and the message as one recipient gets it.
import type { Campaign } from "../../api/types";
import { MessageLook } from "../../components/message_look";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { words as table } from "./words";

export function FactsTab({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const { card, details, formats: f, plan } = useWords();
  const { audience, hold, drain, moderation } = campaign;
  const rows: [string, string][] = [
    [details.job, campaign.id],
    [details.putIn, f.moment(campaign.created_at)],
    [details.changed, f.moment(campaign.changed_at)],
    [details.campaign, campaign.name],
    [details.sender, campaign.from],
    [details.replyTo, campaign.reply_to || "—"],
    [details.audience, audience ? `${audience.name} · ${card.recipients(audience.size)}` : card.noAudience],
    [details.subject, campaign.subject],
    [details.plan, campaign.released ? card.released : plan(campaign.plan, campaign.starts_at)],
    [words.onDoubt, words.doubts[campaign.on_doubt]],
  ];
  return (
    <>
      {hold && (
        <p className="notice" data-kind="held">
          <span>
            {hold.reason === "spam_suspicion" ? card.heldForSpam(f.moment(hold.since)) : card.heldBy(hold.by, f.moment(hold.since))}{" "}
            {hold.text && <q dir="auto">{hold.text}</q>}
          </span>
        </p>
      )}
      <dl className="detail-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
        {(moderation.reasons.length > 0 || moderation.words) && (
          <div>
            <dt>{words.moderation}</dt>
            <dd>
              <ul className="plain-list">
                {moderation.reasons.map((reason) => (
                  <li key={reason} dir="auto">
                    {reason}
                  </li>
                ))}
                {moderation.words && (
                  <li>
                    <q dir="auto">{moderation.words}</q>
                  </li>
                )}
              </ul>
            </dd>
          </div>
        )}
        {drain?.ended_at && (
          <div>
            <dt>{words.tabs.letters}</dt>
            <dd>{card.drained(drain.accepted, drain.in_doubt, drain.refused, drain.returned)}</dd>
          </div>
        )}
      </dl>
      {audience ? <MessageLook campaign={campaign} /> : <p className="hint">{words.noMessageYet}</p>}
    </>
  );
}
