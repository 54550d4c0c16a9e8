// Who is signed in, and what they may do. Views ask `useSession()`.
import { createContext, useContext } from "react";
import type { Client } from "../api/client";
import type { Me } from "../api/types";
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

/** The same table as has_permission in adapters/http/routes.cpp; the server decides, this only does not offer. */
export function mayOperate(me: Me): boolean {
  return me.role === "operator" || me.role === "admin";
}

export function mayModerate(me: Me): boolean {
  return me.role === "moderator" || me.role === "admin";
}
