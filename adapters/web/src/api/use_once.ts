// What a person decided in a dialog, sent once: a second click while it is on its way sends nothing, and a try again
// after a lost connection has the same idempotency key, so that the engine carries it out once.
import { useRef, useState } from "react";
import { ApiError, newIdempotencyKey } from "./client";

export interface Once<Answer> {
  isPending: boolean;
  /** Why it was not done. Code "unreachable": it may be tried again, and nobody knows yet whether it was done. */
  fault: ApiError | null;
  /** The answer, or nothing when it was not done or is on its way already. */
  send: () => Promise<Answer | null>;
}

export function useOnce<Answer>(act: (idempotencyKey: string) => Promise<Answer>): Once<Answer> {
  const [isPending, setIsPending] = useState(false);
  const [fault, setFault] = useState<ApiError | null>(null);
  const [key] = useState(newIdempotencyKey);
  const isUnderWay = useRef(false);
  const send = async (): Promise<Answer | null> => {
    if (isUnderWay.current) return null;
    isUnderWay.current = true;
    setIsPending(true);
    setFault(null);
    try {
      return await act(key);
    } catch (problem) {
      setFault(problem instanceof ApiError ? problem : new ApiError(0, "internal", String(problem)));
      isUnderWay.current = false;
      return null;
    } finally {
      setIsPending(false);
    }
  };
  return { isPending, fault, send };
}
