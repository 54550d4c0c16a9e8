// Shows the sign-in form until the engine knows the token, then what is behind it.
import { useCallback, useEffect, useState, type ReactNode } from "react";
import { ApiError, Client } from "../api/client";
import { CampaignStore } from "../stream/campaign_store";
import { SessionProvider, type Session } from "./session";
import { SignIn, type SignInTrouble } from "./sign_in";
import { forgetToken, keepToken, keptToken } from "./token";

export function Gate({ children }: { children: ReactNode }) {
  const [token, setToken] = useState(keptToken);
  const [session, setSession] = useState<Session | null>(null);
  const [trouble, setTrouble] = useState<SignInTrouble>(null);

  const signOut = useCallback((why: SignInTrouble = null) => {
    forgetToken();
    setToken("");
    setSession(null);
    setTrouble(why);
  }, []);

  useEffect(() => {
    if (!token) return;
    const abort = new AbortController();
    const client = new Client(token, () => signOut("ended"));
    const campaigns = new CampaignStore(client);
    new Client(token).me(abort.signal).then(
      (me) => {
        keepToken(token);
        campaigns.start();
        setTrouble(null);
        setSession({ me, client, campaigns, signOut: () => signOut() });
      },
      (fault: unknown) => {
        if (abort.signal.aborted) return;
        if (fault instanceof ApiError && fault.status === 401) signOut("wrong");
        else {
          setToken("");
          setTrouble("unreachable");
        }
      },
    );
    return () => {
      abort.abort();
      campaigns.stop();
    };
  }, [token, signOut]);

  if (session) return <SessionProvider value={session}>{children}</SessionProvider>;
  return <SignIn trouble={trouble} isChecking={token !== ""} onToken={(next) => setToken(next.trim())} />;
}
