// One command on its way. A second click while it is there sends nothing; a try again after a lost connection
// sends the same idempotency key, so that the engine carries it out once.
import { useCallback, useRef, useState } from "react";
import { ApiError, newIdempotencyKey } from "../../api/client";
import type { CommandAnswer } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { useWords } from "../../i18n/words";
import { useSession } from "../../session/session";
import type { Steering } from "./allowed";

export interface CommandState {
  /** The command on its way. */
  pending: Steering | null;
  /** What became of the last one, where that needs saying. */
  trouble: { what: Steering; text: string; canRetry: boolean } | null;
}

export function useCommand(id: string) {
  const { client } = useSession();
  const words = useWords();
  const announce = useAnnounce();
  const [state, setState] = useState<CommandState>({ pending: null, trouble: null });
  const isUnderWay = useRef(false);
  const unanswered = useRef<{ what: Steering; key: string } | null>(null);

  const send = useCallback(
    async (what: Steering): Promise<CommandAnswer | null> => {
      if (isUnderWay.current) return null;
      isUnderWay.current = true;
      const key = unanswered.current?.what === what ? unanswered.current.key : newIdempotencyKey();
      setState({ pending: what, trouble: null });
      try {
        const answer = await client.command(id, what, key);
        unanswered.current = null;
        setState({ pending: null, trouble: null });
        if (!answer.changed) announce(words.commands.nothingChanged);
        return answer;
      } catch (fault) {
        const isUnanswered = fault instanceof ApiError && fault.code === "unreachable";
        unanswered.current = isUnanswered ? { what, key } : null;
        const label = words.commands[what];
        const why = fault instanceof Error ? fault.message : String(fault);
        const text = isUnanswered ? words.commands.failed(label) : words.commands.refused(label, why);
        setState({ pending: null, trouble: { what, text, canRetry: isUnanswered } });
        return null;
      } finally {
        isUnderWay.current = false;
      }
    },
    [client, id, words, announce],
  );
  const dismiss = useCallback(() => setState((old) => ({ ...old, trouble: null })), []);
  return { ...state, send, dismiss };
}
