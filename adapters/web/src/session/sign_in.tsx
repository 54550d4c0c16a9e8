import { useEffect, useState, type FormEvent } from "react";
import type { Notice } from "../api/types";
import { Button } from "../components/button";
import { useSpoken } from "../i18n/use_spoken";
import { useWords } from "../i18n/words";

export type SignInTrouble = "wrong" | "broken" | "unreachable" | "ended" | null;

interface Props {
  trouble: SignInTrouble;
  /** What the provider's sign-in ended with. */
  fault: Notice | null;
  hasProvider: boolean;
  isChecking: boolean;
  onToken: (token: string) => void;
}

export function SignIn({ trouble, fault, hasProvider, isChecking, onToken }: Props) {
  const spoken = useSpoken();
  const { signIn } = useWords();
  const [token, setToken] = useState("");
  useEffect(() => {
    document.title = `${signIn.submit} · Sluice`;
  }, [signIn]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() && !isChecking) onToken(token);
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>{signIn.title}</h1>
        {hasProvider && (
          <>
            <a className="button" data-look="primary" href="/sign-in">
              {signIn.withProvider}
            </a>
            <p className="hint">{signIn.orToken}</p>
          </>
        )}
        <label>
          <span>{signIn.token}</span>
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            autoFocus={!hasProvider}
            value={token}
            onChange={(event) => setToken(event.target.value)}
            aria-describedby="token-hint"
          />
        </label>
        <p id="token-hint" className="hint">
          {signIn.hint}
        </p>
        {fault && !trouble && (
          <p className="notice" data-kind="trouble" role="alert">
            {spoken({ notice: fault, text: fault.code })}
          </p>
        )}
        {trouble && (
          <p className="notice" data-kind="trouble" role="alert">
            {signIn[trouble]}
          </p>
        )}
        <Button type="submit" look="primary" aria-disabled={isChecking}>
          {isChecking ? signIn.checking : signIn.submit}
        </Button>
      </form>
    </main>
  );
}

/** While a token is looked at that nobody typed: a form would flash, and be gone. */
export function Checking() {
  const { signIn } = useWords();
  return (
    <main className="sign-in">
      <p role="status">{signIn.checking}</p>
    </main>
  );
}
