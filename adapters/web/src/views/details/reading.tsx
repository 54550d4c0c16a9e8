// What a tab has asked for: being read, read, or the fault with a way to try again.
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Campaign } from "../../api/types";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { words as table } from "./words";

/** While a campaign sends, it changes many times a second. */
const refreshMs = 2000;

/** The value, at most once in `refreshMs`; the last one in the end. */
export function useSlowly<Value>(value: Value): Value {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, changedAt.current + refreshMs - performance.now());
    const timer = setTimeout(() => {
      changedAt.current = performance.now();
      setShown(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value]);
  return shown;
}

/** `path` behind /v1/campaigns/{id}, asked again as the campaign changes. */
export function useRead<Answer>(campaign: Campaign, path: string) {
  const { client } = useSession();
  const [attempt, setAttempt] = useState(0);
  const version = useSlowly(campaign.version);
  const whole = `/v1/campaigns/${encodeURIComponent(campaign.id)}/${path}`;
  const asked = useAsked(`${whole} ${version} ${attempt}`, (signal) => client.json<Answer>("GET", whole, { signal }), 150);
  return { ...asked, retry: () => setAttempt((old) => old + 1) };
}

interface Props<Answer> {
  asked: { answer: Answer | null; fault: Error | null; retry: () => void };
  children: (answer: Answer) => ReactNode;
}

export function Reading<Answer>({ asked, children }: Props<Answer>) {
  const words = useViewWords(table);
  return (
    <>
      {asked.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <span>{words.failed(asked.fault.message)}</span>
          <Button onClick={asked.retry}>{words.again}</Button>
        </p>
      )}
      {asked.answer !== null ? children(asked.answer) : !asked.fault && <p className="hint">{words.reading}</p>}
    </>
  );
}
