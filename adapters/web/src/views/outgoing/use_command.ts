// One command on its way. A second click while it is there sends nothing; a try again after a lost connection
// sends the same idempotency key, so that the engine carries it out once.
import { useCallback, useRef, useState } from "react";
import { ApiError, newIdempotencyKey, spokenOf } from "../../api/client";
import { useAnnounce } from "../../components/announcer";
import { useNotices } from "../../components/notices";
import { useSlip } from "../../components/use_slip";
import { isolated } from "../../i18n/isolate";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { useSession } from "../../session/session";
import type { Steering } from "./steering";

export function useCommand(id: string) {
  const { client, campaigns } = useSession();
  const words = useWords();
  const announce = useAnnounce();
  const told = useSpoken();
  const { notify, dismiss } = useNotices();
  /** The command on its way. */
  const [pending, setPending] = useState<Steering | null>(null);
  const isUnderWay = useRef(false);
  const { isSlip, ended } = useSlip();
  const unanswered = useRef<{ what: Steering; key: string } | null>(null);

  /** False: another is on its way, and nothing was sent. */
  const send = useCallback(
    async (what: Steering): Promise<boolean> => {
      if (isUnderWay.current) return false;
      isUnderWay.current = true;
      const key = unanswered.current?.what === what ? unanswered.current.key : newIdempotencyKey();
      unanswered.current = null;
      setPending(what);
      dismiss(id);
      try {
        const answer = await client.command(id, what, key);
        // A card that leaves the list for its new status cannot tell of it any more.
        const name = campaigns.get(id)?.name ?? id;
        announce(answer.changed ? words.announce.status(name, words.status[answer.status]) : words.commands.nothingChanged);
      } catch (fault) {
        const isUnanswered = fault instanceof ApiError && fault.code === "unreachable";
        if (isUnanswered) unanswered.current = { what, key };
        const label = words.commands[what];
        const why = told(spokenOf(fault));
        const text = isUnanswered ? words.commands.failed(label) : words.commands.refused(label, why);
        const name = campaigns.get(id)?.name ?? id;
        notify({ about: id, text: `${isolated(name)}. ${text}`, ...(isUnanswered && { retry: () => void send(what) }) });
      } finally {
        isUnderWay.current = false;
        ended();
        setPending(null);
      }
      return true;
    },
    [client, campaigns, id, words, told, announce, notify, dismiss, ended],
  );
  /**
   * For a button that commands without asking; `clicks` is the event's `detail`. After Pause the same place says
   * Resume, and a slip must not press that. What was confirmed in a dialog is never taken for a slip.
   */
  const sendUnasked = useCallback(
    (what: Steering, clicks: number) => {
      if (!isSlip(clicks)) void send(what);
    },
    [send, isSlip],
  );
  return { pending, send, sendUnasked };
}
