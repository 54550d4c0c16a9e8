// Which campaigns a tab shows, and in which order.
import type { Campaign, Status } from "../../api/types";

/** Its approval is void: it is held until it is approved anew. */
export function isHeldForApproval({ hold }: Campaign): boolean {
  return hold?.reason === "content_changed" || hold?.reason === "approval_expired";
}

/** It waits for moderators: before it is sent, or held until it is approved anew. */
export function waitsForApproval(campaign: Campaign): boolean {
  return campaign.stage === "moderation" || isHeldForApproval(campaign);
}

/** Since when: a campaign whose approval is void waits anew. */
export function waitsSince(campaign: Campaign): string {
  const { hold, submitted_at: submitted, created_at: created } = campaign;
  return hold && isHeldForApproval(campaign) ? hold.since : (submitted ?? created);
}

export const tabs = ["outgoing", "drafts", "finished", "moderation", "doubt"] as const;
export type Tab = (typeof tabs)[number];

export const sortings = ["changed", "start", "name"] as const;
export type Sorting = (typeof sortings)[number];

export interface Filter {
  search: string;
  status: Status | "";
  sorting: Sorting;
}

const statusesOf: Record<Tab, Status[]> = {
  outgoing: ["moderation", "preparing", "sending", "paused"],
  drafts: ["draft"],
  finished: ["sent", "cancelled", "rejected"],
  moderation: ["moderation"],
  doubt: ["sending", "paused"],
};

/** The statuses that can be met under a tab. */
export function statusesUnder(tab: Tab): Status[] {
  return statusesOf[tab];
}

export function isUnder(tab: Tab, campaign: Campaign): boolean {
  if (tab === "moderation") return waitsForApproval(campaign);
  if (tab === "doubt") return waitsInDoubt(campaign);
  return statusesOf[tab].includes(campaign.status);
}

/** It has letters in doubt that only a person settles: where they leave again by themselves none stay in doubt, but those
 *  whose sending server is there no longer. */
export function waitsInDoubt(campaign: Campaign): boolean {
  return campaign.stage === "sending" && campaign.counts.in_doubt > 0;
}

function startOf(campaign: Campaign): number {
  return Date.parse(campaign.starts_at ?? campaign.created_at);
}

const orders: Record<Sorting, (left: Campaign, right: Campaign) => number> = {
  changed: (left, right) => Date.parse(right.changed_at) - Date.parse(left.changed_at),
  start: (left, right) => startOf(right) - startOf(left),
  name: (left, right) => left.name.localeCompare(right.name),
};

export function matches(campaign: Campaign, filter: Filter): boolean {
  if (filter.status && campaign.status !== filter.status) return false;
  const wanted = filter.search.trim().toLocaleLowerCase();
  if (!wanted) return true;
  return [campaign.name, campaign.subject, campaign.audience?.name ?? "", campaign.id].some((text) =>
    text.toLocaleLowerCase().includes(wanted),
  );
}

/** Moderation shows what waits longest first; the rest as asked. Ids settle what is equal. */
export function listed(all: readonly Campaign[], tab: Tab, filter: Filter): Campaign[] {
  const order = orders[filter.sorting];
  return all
    .filter((one) => isUnder(tab, one) && matches(one, filter))
    .sort((left, right) =>
      tab === "moderation"
        ? Date.parse(waitsSince(left)) - Date.parse(waitsSince(right))
        : order(left, right) || left.id.localeCompare(right.id, "en", { numeric: true }),
    );
}
