// Asks the engine again whenever the question changes: after a pause in typing, giving up the question before.
import { useEffect, useState } from "react";
import { ApiError } from "../api/client";
import { useConnection } from "./hooks";

export interface Asked<Answer> {
  /** The last answer that there was, until there is a newer one. */
  answer: Answer | null;
  fault: ApiError | null;
  /** The answer is to a question that is no longer asked. */
  isOld: boolean;
}

const quietMs = 350;

/** `question` says what is asked, in a text; null asks nothing, undefined asks nothing for now and keeps the answer
 *  that there is. `ask` may change without being asked again. */
export function useAsked<Answer>(
  question: string | null | undefined,
  ask: (signal: AbortSignal) => Promise<Answer>,
  ms = quietMs,
): Asked<Answer> {
  const { state } = useConnection();
  const isLive = state === "live";
  const [known, setKnown] = useState<{ question: string; answer: Answer | null; fault: ApiError | null } | null>(null);
  useEffect(() => {
    if (question === null) setKnown(null);
    if (typeof question !== "string") return;
    // The page tells of a lost connection; a fault here too would move what somebody is about to click.
    if (state === "lost" && known?.question === question) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask(abort.signal).then(
        (answer) => setKnown({ question, answer, fault: null }),
        (fault: unknown) => {
          if (abort.signal.aborted) return;
          const told = fault instanceof ApiError ? fault : new ApiError(0, "internal", String(fault));
          setKnown((old) => ({ question, answer: old?.answer ?? null, fault: told }));
        },
      );
    }, known ? ms : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
    // `ask` is made of what the question says.
    // A connection that comes back asks again.
  }, [question, isLive, ms]);
  return { answer: known?.answer ?? null, fault: known?.fault ?? null, isOld: known?.question !== question };
}
