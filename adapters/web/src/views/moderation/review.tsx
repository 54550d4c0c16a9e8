// One campaign before a moderator: why it waits, its message, its audience, and the two decisions.
import { useEffect, useRef, useState } from "react";
import type { Campaign } from "../../api/types";
import { Button } from "../../components/button";
import { Icon, StatusSign } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import { isolated } from "../../i18n/isolate";
import { spokenReasons } from "../../i18n/notice_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { isAllowed, useSession } from "../../session/session";
import { CampaignNotices } from "../outgoing/campaign_notices";
import { waitsForApproval } from "../outgoing/listing";
import { useCampaign } from "../../stream/hooks";
import { approvalRows, approvalsThatCount } from "./approval_rows";
import { AudiencePages } from "./audience_pages";
import { DecisionDialog, type Decision } from "./decision_dialog";
import { LetterFacts } from "../../components/letter_facts";
import { MessageLook } from "../../components/message_look";
import { words as table } from "./words";

interface Props {
  id: string;
  /** The focus goes to its name: it was chosen, or came up after a decision. */
  takesFocus: boolean;
  hasNext: boolean;
  goOn: () => void;
  onDecided: (decided: Campaign, what: string) => void;
}

export function Review({ id, ...rest }: Props) {
  const campaign = useCampaign(id);
  const [seenHash] = useState(campaign?.moderation.content_hash);
  if (!campaign) return null;
  return <Sheet campaign={campaign} isChanged={campaign.moderation.content_hash !== seenHash} {...rest} />;
}

function Sheet(props: Omit<Props, "id"> & { campaign: Campaign; isChanged: boolean }) {
  const { campaign, isChanged, takesFocus, hasNext, goOn, onDecided } = props;
  const words = useViewWords(table);
  const common = useWords();
  const { me } = useSession();
  const [asked, setAsked] = useState<Decision | null>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    title.current?.focus({ preventScroll: true });
    title.current?.scrollIntoView({ block: "nearest" });
  }, [takesFocus]);
  const isWaiting = waitsForApproval(campaign);
  const approvals = campaign.moderation.approvals;
  const isBarred = approvals?.two_people === true && [approvals.author, approvals.last_editor].includes(me.name);
  const hasGiven = approvalsThatCount(campaign).some((one) => one.by === me.name);
  return (
    <article className="review" aria-labelledby="review-title" data-campaign={campaign.id}>
      <header className="review-head">
        <h2 id="review-title" ref={title} tabIndex={-1} dir="auto">
          {campaign.name}
        </h2>
        <StatusSign status={campaign.status} label={common.status[campaign.status]} />
      </header>
      {isWaiting ? (
        <>
          {campaign.stage === "moderation" ? <Reasons campaign={campaign} /> : <CampaignNotices campaign={campaign} />}
          {(isBarred || hasGiven) && (
            <p className="notice" role="status">
              {isBarred ? words.barred : words.given}
            </p>
          )}
        </>
      ) : (
        <p className="notice" role="status">
          {words.gone(common.status[campaign.status])}
        </p>
      )}
      {isChanged && isWaiting && (
        <p className="notice" data-kind="trouble" role="alert">
          <Icon name="warning" />
          {words.contentChanged}
        </p>
      )}
      <Facts campaign={campaign} />
      <LetterFacts campaign={campaign} />
      <MessageLook campaign={campaign} />
      {campaign.audience && <AudiencePages audience={campaign.audience} />}
      <footer className="decision">
        {!isWaiting && hasNext && <Button onClick={goOn}>{words.next}</Button>}
        {isWaiting && isAllowed(me, campaign, "approve") && !isBarred && !hasGiven && !isChanged && (
          <Button look="primary" data-command="approve" onClick={() => setAsked("approve")}>
            <Icon name="check" />
            {words.approve}
          </Button>
        )}
        {isWaiting && isAllowed(me, campaign, "reject") && !isChanged && (
          <Button data-command="reject" onClick={() => setAsked("reject")}>
            <Icon name="close" />
            {words.reject}
          </Button>
        )}
      </footer>
      {asked && (
        <DecisionDialog
          what={asked}
          campaign={campaign}
          onClose={() => setAsked(null)}
          onDecided={onDecided}
        />
      )}
    </article>
  );
}

function Reasons({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const told = useSpoken();
  return (
    <section className="reasons" aria-labelledby="reasons-title">
      <h3 id="reasons-title">{words.why}</h3>
      <ul>
        {spokenReasons(campaign.moderation).map((reason) => (
          <li key={reason.text} dir="auto">
            {told(reason)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ campaign }: { campaign: Campaign }) {
  const words = useWords();
  const { details, card } = words;
  const own = useViewWords(table);
  const rows: [string, string][] = [
    // An override in a sender would turn its address round before the very eyes that are to judge it.
    [details.sender, isolated(campaign.from)],
    ...(campaign.reply_to ? [[details.replyTo, campaign.reply_to] as [string, string]] : []),
    [details.subject, campaign.subject],
    [details.audience, campaign.audience ? `${isolated(campaign.audience.name)} · ${card.recipients(campaign.audience.size)}` : card.noAudience],
    [details.plan, words.plan(campaign.plan, null)],
    [own.unsubscribe, campaign.unsubscribe_url || "—"],
    ...approvalRows(own, words.formats, campaign),
    [own.submitted, words.formats.moment(campaign.submitted_at ?? campaign.created_at)],
  ];
  return (
    <dl className="detail-facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
