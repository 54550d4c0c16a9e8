import { useCallback, useSyncExternalStore } from "react";
import type { Campaign } from "../api/types";
import { useSession } from "../session/session";
import type { Connection } from "./campaign_store";

/** The campaign as it is now; the component is drawn anew whenever it changes. */
export function useCampaign(id: string): Campaign | undefined {
  const { campaigns } = useSession();
  const subscribe = useCallback((tell: () => void) => campaigns.subscribe(id, tell), [campaigns, id]);
  return useSyncExternalStore(subscribe, () => campaigns.get(id));
}

/** All campaigns; drawn anew when one comes, goes, or changes its status or name, not at every count. */
export function useCampaigns(): readonly Campaign[] {
  const { campaigns } = useSession();
  return useSyncExternalStore(campaigns.subscribeList, campaigns.all);
}

export function useConnection(): Connection {
  const { campaigns } = useSession();
  return useSyncExternalStore(campaigns.subscribeConnection, campaigns.currentConnection);
}

/** How far the engine's own log has come. */
export function useLastOfHouse(): number {
  const { campaigns } = useSession();
  return useSyncExternalStore(campaigns.subscribeHouse, campaigns.lastOfHouse);
}
