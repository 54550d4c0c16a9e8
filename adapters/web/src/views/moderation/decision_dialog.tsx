// Asks once: what will happen, in numbers, and the moderator's words.
import { useId, useRef, useState, type FormEvent } from "react";
import type { Campaign } from "../../api/types";
import { useOnce } from "../../api/use_once";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { useViewWords } from "../../i18n/view_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords, type Words } from "../../i18n/words";
import { useSession } from "../../session/session";
import { isHeldForApproval } from "../outgoing/listing";
import { approvalsThatCount } from "./approval_rows";
import { words as table } from "./words";

export type Decision = "approve" | "reject";

/** The engine takes 1000 bytes, which is as many letters of two bytes each. */
const reasonMax = 500;

function whatHappens(own: (typeof table)["en"], words: Words, what: Decision, campaign: Campaign): string[] {
  const { total, accepted, refused, skipped, in_doubt: inDoubt } = campaign.counts;
  const letters = total - accepted - refused - skipped - inDoubt;
  if (what === "reject") return [words.confirm.cancelText(letters)];
  const more = (campaign.moderation.approvals?.needed ?? 1) - approvalsThatCount(campaign).length - 1;
  if (more > 0) return [own.waitsForMore(more)];
  const start = campaign.plan.start_at;
  const at = start && Date.parse(start) > Date.now() ? words.formats.near(start) : null;
  const parts = campaign.plan.parts;
  const lines =
    parts && parts.size < letters
      ? [own.leaveInParts(letters, at, Math.min(parts.size, letters), words.interval(parts.every))]
      : [own.leave(letters, at)];
  // A hold of a void approval is lifted by this one.
  if (campaign.hold && !isHeldForApproval(campaign)) lines.push(own.heldStill);
  return lines;
}

interface Props {
  what: Decision;
  campaign: Campaign;
  onClose: () => void;
  /** With the campaign as it was when the question was asked. */
  onDecided: (decided: Campaign, what: string) => void;
}

export function DecisionDialog({ what, campaign, onClose, onDecided }: Props) {
  const own = useViewWords(table);
  const words = useWords();
  const { client } = useSession();
  const told = useSpoken();
  // As it was when the question was asked: the stream may move the campaign on before the answer is here.
  const [asked] = useState(campaign);
  const [reason, setReason] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const once = useOnce((key) => client.command(asked.id, what, key, reason.trim()));
  const isRefused = once.fault !== null && once.fault.code !== "unreachable";
  const label = what === "approve" ? own.approve : own.reject;

  const decide = async () => {
    if (what === "reject" && !reason.trim()) {
      setIsMissing(true);
      field.current?.focus();
      return;
    }
    const answer = await once.send();
    if (!answer) return;
    onClose();
    onDecided(asked, own.decided[what](asked.name));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void decide();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      isBusy={once.isPending}
      title={what === "approve" ? own.approveTitle(asked.name) : own.rejectTitle(asked.name)}
      actions={
        isRefused ? (
          <Button onClick={onClose}>{words.frame.close}</Button>
        ) : (
          <>
            <Button onClick={onClose} disabled={once.isPending}>
              {words.commands.keep}
            </Button>
            <Button
              look={what === "approve" ? "primary" : "danger"}
              data-command={what}
              aria-disabled={once.isPending}
              onClick={() => void decide()}
            >
              {once.isPending ? words.commands.pending : once.fault ? words.commands.retry : label}
            </Button>
          </>
        )
      }
    >
      {whatHappens(own, words, what, asked).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <form className="decision-words" onSubmit={submit}>
        <label>
          <span>{what === "reject" ? own.rejectWords : own.approveWords}</span>
          <textarea
            ref={field}
            rows={3}
            dir="auto"
            maxLength={reasonMax}
            value={reason}
            required={what === "reject"}
            aria-invalid={isMissing && !reason.trim()}
            aria-describedby={hint}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <p id={hint} className="hint" data-missing={(isMissing && !reason.trim()) || undefined}>
          {isMissing && !reason.trim() ? own.reasonMissing : own.wordsHint}
        </p>
      </form>
      {once.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {isRefused ? words.commands.refused(label, told(once.fault)) : words.commands.failed(label)}
        </p>
      )}
    </Dialog>
  );
}
