// What there is to know about one campaign. Its facts; further tabs go beside them.
import type { Campaign } from "../../api/types";
import { Dialog } from "../../components/dialog";
import { StatusSign } from "../../components/icons";
import { useWords } from "../../i18n/words";
import { useCampaign } from "../../stream/hooks";

export function DetailsDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const words = useWords();
  const campaign = useCampaign(id);
  return (
    <Dialog open size="large" onClose={onClose} title={campaign?.name ?? id}>
      {campaign ? <CampaignFacts campaign={campaign} /> : <p>{words.details.gone}</p>}
    </Dialog>
  );
}

function CampaignFacts({ campaign }: { campaign: Campaign }) {
  const { details, card, formats: f, plan, status } = useWords();
  const audience = campaign.audience;
  const rows: [string, string][] = [
    [details.job, campaign.id],
    [details.putIn, f.moment(campaign.created_at)],
    [details.changed, f.moment(campaign.changed_at)],
    [details.campaign, campaign.name],
    [details.sender, campaign.from],
    [details.replyTo, campaign.reply_to || "—"],
    [details.audience, audience ? `${audience.name} · ${card.recipients(audience.size)}` : card.noAudience],
    [details.subject, campaign.subject],
    [details.plan, plan(campaign.plan, campaign.starts_at)],
  ];
  return (
    <>
      <StatusSign status={campaign.status} label={status[campaign.status]} />
      <dl className="detail-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
