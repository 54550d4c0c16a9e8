// Who is signed in, and what they may do. Views ask `useSession()`.
import { createContext, useContext } from "react";
import type { Client } from "../api/client";
import type { Campaign, Command, Me } from "../api/types";
import type { CampaignStore } from "../stream/campaign_store";

export interface Session {
  me: Me;
  client: Client;
  campaigns: CampaignStore;
  signOut: () => void;
}

const context = createContext<Session | null>(null);
export const SessionProvider = context.Provider;

export function useSession(): Session {
  const session = useContext(context);
  if (!session) throw new Error("no session here");
  return session;
}

/** Whether this token may command so, and the campaign allows it now: both are the engine's word. */
export function isAllowed(me: Me, campaign: Campaign, what: Command): boolean {
  return me.commands.includes(what) && campaign.allowed.includes(what);
}

/** Who may send campaigns, and make new ones. */
export function mayOperate(me: Me): boolean {
  return me.commands.includes("start");
}

export function mayModerate(me: Me): boolean {
  return me.commands.includes("approve");
}
