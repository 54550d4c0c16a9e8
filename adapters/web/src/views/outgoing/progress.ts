// How far a campaign is, as its bar and its words show it. Pure functions of a campaign.
import type { Campaign, Plan } from "../../api/types";

export const segmentNames = [
  "accepted",
  "in_flight",
  "accumulated",
  "refused",
  "deferred",
  "skipped",
  "in_doubt",
  "to_come",
  "never_sent",
] as const;
export type SegmentName = (typeof segmentNames)[number];

/** The engine laid the hold itself: something is to be looked into before it is lifted. */
export function isHeldByEngine(campaign: Campaign): boolean {
  return campaign.hold !== null && campaign.hold.reason !== "operator";
}

/** Letters that fell due and are held back by a pause (`accumulated` in domain.md). */
export function accumulated(campaign: Campaign): number {
  if (campaign.status !== "paused") return 0;
  const { due, total, pending } = campaign.counts;
  return Math.max(0, Math.min(pending, due - (total - pending)));
}

/** Letters without a final outcome that are on no connection: what a release lets go, and a cancel drops. */
export function rest(campaign: Campaign): number {
  return campaign.counts.pending + campaign.counts.deferred;
}

/** Letters that leave only when those of the trial, which a resume begins, were accepted. */
export function behindTrial(campaign: Campaign): number {
  return Math.max(0, rest(campaign) + campaign.counts.in_flight + campaign.counts.in_doubt - (campaign.hold?.trial ?? 0));
}

export function done(campaign: Campaign): number {
  const { accepted, refused, skipped } = campaign.counts;
  return accepted + refused + skipped;
}

export function segments(campaign: Campaign): Record<SegmentName, number> {
  const { counts } = campaign;
  const held = accumulated(campaign);
  const isOver = campaign.status === "cancelled" || campaign.status === "rejected";
  const waiting = counts.pending - held;
  return {
    accepted: counts.accepted,
    in_flight: counts.in_flight,
    accumulated: held,
    refused: counts.refused,
    deferred: isOver ? 0 : counts.deferred,
    skipped: counts.skipped,
    in_doubt: counts.in_doubt,
    to_come: isOver ? 0 : waiting,
    never_sent: isOver ? waiting + counts.deferred : 0,
  };
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const dayMs = 86_400_000;
const partsMax = 20_000;

function durationMs(text: string): number {
  const found = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  return found ? Number(found[1]) * (unitMs[found[2] ?? ""] ?? 0) : 0;
}

function halfToEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  if (over !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** When the last part falls due (domain.md, "The plan"); nothing where there are no parts, or too many to tell. */
export function lastPartAt(plan: Plan, zero: number, total: number): number | null {
  if (!plan.parts || total === 0) return null;
  const every = durationMs(plan.parts.every);
  if (every === 0) return null;
  let size = plan.parts.size;
  let day = 0;
  let letters = 0;
  for (let part = 0; part < partsMax; ++part) {
    const offset = part * every;
    for (const today = Math.floor(offset / dayMs); day < today && size < total; ++day)
      size = halfToEven(size * (1 + plan.parts.growth / 100));
    letters += size;
    if (letters >= total) return zero + offset;
  }
  return null;
}

/** When the campaign will be done, if it goes on as it does; nothing while nobody can say. */
export function expectedEnd(campaign: Campaign, now = Date.now()): number | null {
  if (campaign.status !== "sending" || campaign.relay_trouble) return null;
  const left = rest(campaign) + campaign.counts.in_flight;
  if (left === 0) return null;
  const byRate = campaign.rate > 0 ? now + (left / campaign.rate) * 1000 : null;
  if (campaign.released || !campaign.plan.parts || !campaign.starts_at) return byRate;
  const byPlan = lastPartAt(campaign.plan, Date.parse(campaign.starts_at), campaign.counts.total);
  if (byPlan === null || byPlan < now) return byRate;
  // What is due leaves at the rate of now; the last part cannot leave before it is due.
  return byPlan;
}
