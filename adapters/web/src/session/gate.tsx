// Shows the sign-in form until the engine knows the token, then what is behind it.
import { useCallback, useLayoutEffect, useState, type ReactNode } from "react";
import { ApiError, Client } from "../api/client";
import { CampaignStore } from "../stream/campaign_store";
import { SessionProvider, type Session } from "./session";
import { Checking, SignIn, type SignInTrouble } from "./sign_in";
import { addressWasBroken, forgetToken, keepToken, keptToken } from "./token";

export function Gate({ children }: { children: ReactNode }) {
  const [token, setToken] = useState(keptToken);
  const [session, setSession] = useState<Session | null>(null);
  const [trouble, setTrouble] = useState<SignInTrouble>(() => (addressWasBroken() ? "broken" : null));
  /** Whether somebody is asked for a token: not while one that the tab kept is being looked at. */
  const [isAsked, setIsAsked] = useState(token === "");

  const signOut = useCallback((why: SignInTrouble = null) => {
    forgetToken();
    setToken("");
    setSession(null);
    setTrouble(why);
    setIsAsked(true);
  }, []);

  // Before anything is painted: what the engine has to tell is on its way while the page is being drawn.
  useLayoutEffect(() => {
    if (!token) return;
    const abort = new AbortController();
    let isKnown = false;
    const client = new Client(token, () => isKnown && signOut("ended"));
    const campaigns = new CampaignStore(client);
    campaigns.start();
    client.me(abort.signal).then(
      (me) => {
        isKnown = true;
        keepToken(token);
        setTrouble(null);
        setSession({ me, client, campaigns, signOut: () => signOut() });
      },
      (fault: unknown) => {
        if (abort.signal.aborted) return;
        // After many wrong ones the next is not told to be wrong, only to wait; a right one never is.
        if (fault instanceof ApiError && (fault.status === 401 || fault.notice?.code === "too_many_wrong_tokens")) signOut("wrong");
        else {
          setToken("");
          setTrouble("unreachable");
          setIsAsked(true);
        }
      },
    );
    return () => {
      abort.abort();
      campaigns.stop();
    };
  }, [token, signOut]);

  if (session) return <SessionProvider value={session}>{children}</SessionProvider>;
  if (!isAsked) return <Checking />;
  return <SignIn trouble={trouble} isChecking={token !== ""} onToken={(next) => setToken(next.trim())} />;
}
