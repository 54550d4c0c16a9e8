// Shows the sign-in form until the engine knows who asks, by a token or by the cookie of a session, then what is behind it.
import { useCallback, useEffect, useLayoutEffect, useState, type ReactNode } from "react";
import { ApiError, Client } from "../api/client";
import { CampaignStore } from "../stream/campaign_store";
import { SessionProvider, type Session } from "./session";
import { Checking, SignIn, type SignInTrouble } from "./sign_in";
import { addressWasBroken, forgetToken, keepToken, keptToken, takeSignInFault } from "./token";

interface SignInOptions {
  /** Whether people sign in through a provider. */
  oidc?: boolean;
  /** Whether the browser's cookie is one of somebody who did. */
  signed_in?: boolean;
}

/** An engine of before does not know the question. */
async function signInOptions(): Promise<SignInOptions> {
  try {
    const answer = await fetch("/sign-in/options", { cache: "no-store", credentials: "same-origin" });
    return answer.ok ? ((await answer.json()) as SignInOptions) : {};
  } catch {
    return {};
  }
}

export function Gate({ children }: { children: ReactNode }) {
  const [token, setToken] = useState(keptToken);
  const [session, setSession] = useState<Session | null>(null);
  const [trouble, setTrouble] = useState<SignInTrouble>(() => (addressWasBroken() ? "broken" : null));
  const [fault] = useState(takeSignInFault);
  const [isProviderThere, setIsProviderThere] = useState(false);
  /** Without a token: whether the browser's cookie is tried. */
  const [triesCookie, setTriesCookie] = useState(false);
  /** Whether somebody is asked to sign in: not while what the browser kept is being looked at. */
  const [isAsked, setIsAsked] = useState(false);

  const signOut = useCallback((why: SignInTrouble = null) => {
    forgetToken();
    setToken("");
    setTriesCookie(false);
    setSession(null);
    setTrouble(why);
    setIsAsked(true);
  }, []);

  useEffect(() => {
    void signInOptions().then(({ oidc = false, signed_in = false }) => {
      setIsProviderThere(oidc);
      if (keptToken() !== "") return;
      if (signed_in) setTriesCookie(true);
      else setIsAsked(true);
    });
  }, []);

  // Before anything is painted: what the engine has to tell is on its way while the page is being drawn.
  useLayoutEffect(() => {
    if (!token && !triesCookie) return;
    const abort = new AbortController();
    let isKnown = false;
    const client = new Client(token, () => isKnown && signOut("ended"));
    const campaigns = new CampaignStore(client);
    if (token) campaigns.start();
    client.me(abort.signal).then(
      (me) => {
        isKnown = true;
        if (token) keepToken(token);
        else campaigns.start();
        setTrouble(null);
        const leave = () => {
          isKnown = false;
          void client.signOut().catch(() => {});
          signOut();
        };
        setSession({ me, client, campaigns, signOut: leave });
      },
      (fault: unknown) => {
        if (abort.signal.aborted) return;
        // After many wrong ones the next is not told to be wrong, only to wait; a right one never is.
        if (fault instanceof ApiError && (fault.status === 401 || fault.notice?.code === "too_many_wrong_tokens"))
          signOut(token ? "wrong" : null);
        else {
          setToken("");
          setTriesCookie(false);
          setTrouble("unreachable");
          setIsAsked(true);
        }
      },
    );
    return () => {
      abort.abort();
      campaigns.stop();
    };
  }, [token, triesCookie, signOut]);

  if (session) return <SessionProvider value={session}>{children}</SessionProvider>;
  if (!isAsked) return <Checking />;
  return (
    <SignIn
      trouble={trouble}
      fault={fault}
      hasProvider={isProviderThere}
      isChecking={token !== ""}
      onToken={(next) => setToken(next.trim())}
    />
  );
}
