// How many approvals a campaign has, whose they are, and who may give none: a row of its facts.
import type { Approvals, Campaign } from "../../api/types";
import type { Words } from "../../i18n/words";
import type { words as table } from "./words";

type Given = Approvals["given"][number];

const hasExpired = ({ expires_at: at }: Given) => at !== null && Date.parse(at) < Date.now();

/** Those that count. One that is too old is none: who gave it may give another. */
export function approvalsThatCount(campaign: Campaign): Given[] {
  return campaign.moderation.approvals?.given.filter((one) => !hasExpired(one)) ?? [];
}

/** Where one moderator is enough and nobody is kept from it there is nothing to say before the decision. */
export function approvalRows(own: (typeof table)["en"], formats: Words["formats"], campaign: Campaign): [string, string][] {
  const approvals = campaign.moderation.approvals;
  if (!approvals || (approvals.needed < 2 && !approvals.two_people && approvals.given.length === 0)) return [];
  const barred = [...new Set([approvals.author, approvals.last_editor])].filter(Boolean);
  const said = [
    own.approvalsGiven(approvalsThatCount(campaign).length, approvals.needed),
    ...approvals.given.map((one) => (hasExpired(one) ? own.approvalExpired : own.approvalBy)(one.by, formats.moment(one.at))),
    ...(approvals.two_people && barred.length > 0 ? [own.notByAuthor(barred)] : []),
  ];
  return [[own.approvals, said.join(" · ")]];
}
