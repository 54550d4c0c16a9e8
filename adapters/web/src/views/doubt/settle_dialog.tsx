// Asks once, in numbers, before letters in doubt leave again or are given up.
import { useState } from "react";
import type { Campaign, CommandAnswer } from "../../api/types";
import { useOnce } from "../../api/use_once";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { useViewWords } from "../../i18n/view_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { useSession } from "../../session/session";
import { words as table } from "./words";

export type Action = "resend" | "give_up";

export interface Settled {
  key: string;
  campaign: Campaign;
  action: Action;
  letters: number;
}

/** [3, 4, 5, 9] → [3, 6, 9, 10]: half-open ranges, as the engine writes them. */
export function rangesOf(letters: readonly number[]): number[] {
  const ranges: number[] = [];
  for (const one of [...letters].sort((left, right) => left - right))
    if (ranges[ranges.length - 1] === one) ranges[ranges.length - 1] = one + 1;
    else ranges.push(one, one + 1);
  return ranges;
}

interface Props {
  action: Action;
  campaign: Campaign;
  letters: number[];
  onClose: () => void;
  onSettled: (what: Settled) => void;
}

export function SettleDialog(props: Props) {
  const { action, onClose, onSettled } = props;
  const words = useViewWords(table);
  const { commands, frame } = useWords();
  const { client } = useSession();
  const told = useSpoken();
  // As they were when the question was asked: what was confirmed is what is done.
  const [{ campaign, letters }] = useState(props);
  const once = useOnce(async (idempotencyKey) => {
    const body = { action, letters: rangesOf(letters) };
    const answer = await client.json<CommandAnswer>("POST", `/v1/campaigns/${campaign.id}/doubt`, { body, idempotencyKey });
    return { answer, key: idempotencyKey };
  });
  const [isNothingDone, setIsNothingDone] = useState(false);
  const isOver = isNothingDone || (once.fault !== null && once.fault.code !== "unreachable");
  const settle = async () => {
    const done = await once.send();
    if (!done) return;
    if (done.answer.changed) onSettled({ key: done.key, campaign, action, letters: letters.length });
    else setIsNothingDone(true);
  };
  const label = words.actions[action];
  return (
    <Dialog
      open
      onClose={onClose}
      isBusy={once.isPending}
      title={words.ask[action](campaign.name, letters.length)}
      actions={
        isOver ? (
          <Button onClick={onClose}>{frame.close}</Button>
        ) : (
          <>
            <Button onClick={onClose} disabled={once.isPending}>
              {commands.keep}
            </Button>
            <Button
              look={action === "give_up" ? "danger" : "primary"}
              data-command={action}
              aria-disabled={once.isPending}
              onClick={() => void settle()}
            >
              {once.isPending ? commands.pending : once.fault ? commands.retry : words.act[action](letters.length)}
            </Button>
          </>
        )
      }
    >
      <p>{words.happens[action](letters.length)}</p>
      {campaign.hold && action === "resend" && <p>{words.heldStill}</p>}
      {isNothingDone && (
        <p className="notice" role="alert">
          {words.nothingDone}
        </p>
      )}
      {once.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {isOver ? commands.refused(label, told(once.fault)) : commands.failed(label)}
        </p>
      )}
    </Dialog>
  );
}
