// Asks once, in numbers, before letters in doubt leave again or are given up.
import { useState } from "react";
import type { Campaign, CommandAnswer } from "../../api/types";
import { QuestionDialog } from "../../components/question_dialog";
import { useViewWords } from "../../i18n/view_words";
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
  const { client } = useSession();
  // As they were when the question was asked: what was confirmed is what is done.
  const [{ campaign, letters }] = useState(props);
  return (
    <QuestionDialog
      title={words.ask[action](campaign.name, letters.length)}
      name={words.actions[action]}
      act={words.act[action](letters.length)}
      command={action}
      isDangerous={action === "give_up"}
      send={(idempotencyKey) =>
        client.json<CommandAnswer>("POST", `/v1/campaigns/${campaign.id}/doubt`, {
          body: { action, letters: rangesOf(letters) },
          idempotencyKey,
        })
      }
      onDone={(_, key) => onSettled({ key, campaign, action, letters: letters.length })}
      onClose={onClose}
      nothingDone={words.nothingDone}
    >
      <p>{words.happens[action](letters.length)}</p>
      {campaign.hold && action === "resend" && <p>{words.heldStill}</p>}
    </QuestionDialog>
  );
}
