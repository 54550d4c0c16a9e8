// What a status allows (domain.md, "Commands"). The engine decides; this only keeps from offering the vain.
import type { Campaign, Status } from "../../api/types";

export type Steering = "pause" | "resume" | "release" | "cancel";

const from: Record<Steering, Status[]> = {
  pause: ["moderation", "preparing", "sending"],
  resume: ["paused"],
  release: ["preparing", "sending", "paused"],
  cancel: ["draft", "moderation", "preparing", "sending", "paused"],
};

export function isAllowed(what: Steering, campaign: Campaign): boolean {
  if (!from[what].includes(campaign.status)) return false;
  return what !== "release" || (campaign.stage !== "moderation" && !campaign.released);
}
