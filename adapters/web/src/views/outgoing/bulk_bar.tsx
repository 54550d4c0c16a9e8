// What is done to several campaigns at once. Each gets a command and a key of its own.
import { useRef, useState } from "react";
import { ApiError, newIdempotencyKey, spokenOf } from "../../api/client";
import type { Campaign } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Icon } from "../../components/icons";
import { isolated } from "../../i18n/isolate";
import type { Spoken } from "../../i18n/notice_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { isAllowed, useSession } from "../../session/session";
import { accumulated, isHeldByEngine, rest } from "./progress";

type Bulk = "pause" | "resume" | "cancel";
const commands: Bulk[] = ["pause", "resume", "cancel"];
const atOnce = 8;

interface Props {
  selected: string[];
  onClear: () => void;
}

export function BulkBar({ selected, onClear }: Props) {
  const words = useWords();
  const [asked, setAsked] = useState<Bulk | null>(null);
  return (
    <div className="bulk" role="group" aria-label={words.list.selected(selected.length)}>
      <span>{words.list.selected(selected.length)}</span>
      {commands.map((what) => (
        <Button key={what} data-bulk={what} look={what === "cancel" ? "danger" : "plain"} onClick={() => setAsked(what)}>
          {words.commands[what]}
        </Button>
      ))}
      <Button look="quiet" onClick={onClear}>
        <Icon name="close" />
        {words.list.clear}
      </Button>
      {asked && <BulkDialog what={asked} selected={selected} onClose={() => setAsked(null)} onDone={onClear} />}
    </div>
  );
}

interface Failure {
  campaign: Campaign;
  why: Spoken;
  isUnanswered: boolean;
}

function BulkDialog({ what, selected, onClose, onDone }: { what: Bulk; selected: string[]; onClose: () => void; onDone: () => void }) {
  const { me, campaigns, client } = useSession();
  const words = useWords();
  const announce = useAnnounce();
  const told = useSpoken();
  // As they were when the question was asked: what was confirmed is what is done.
  const [targets] = useState(() => selected.map((id) => campaigns.get(id)).filter((one) => one !== undefined));
  const fit = targets.filter((one) => isAllowed(me, one, what));
  const keys = useRef(new Map(fit.map((one) => [one.id, newIdempotencyKey()])));
  const [isPending, setIsPending] = useState(false);
  const [failures, setFailures] = useState<Failure[]>([]);
  const isUnderWay = useRef(false);
  const unanswered = failures.filter((one) => one.isUnanswered).map((one) => one.campaign);

  /** Again for those that did not answer, under the same key: the engine may have done it. */
  const carryOut = async (those: Campaign[], before: Failure[]) => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    setIsPending(true);
    const waiting = [...those];
    const failed = [...before];
    const work = async () => {
      for (let one = waiting.shift(); one; one = waiting.shift())
        try {
          await client.command(one.id, what, keys.current.get(one.id) ?? newIdempotencyKey());
        } catch (fault) {
          const isUnanswered = fault instanceof ApiError && fault.code === "unreachable";
          failed.push({ campaign: one, why: spokenOf(fault), isUnanswered });
        }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    isUnderWay.current = false;
    setIsPending(false);
    announce(words.confirm.manyDone(fit.length - failed.length, failed.length));
    setFailures(failed);
    if (failed.length === 0) onDone();
  };

  return (
    <Dialog
      open
      onClose={failures.length > 0 ? onDone : onClose}
      isBusy={isPending}
      title={`${words.confirm.manyTitle[what]}: ${words.confirm.many(fit.length)}`}
      actions={
        failures.length > 0 ? (
          <>
            <Button onClick={onDone} disabled={isPending}>
              {words.frame.close}
            </Button>
            {unanswered.length > 0 && (
              <Button
                look="primary"
                aria-disabled={isPending}
                onClick={() => void carryOut(unanswered, failures.filter((one) => !one.isUnanswered))}
              >
                {isPending ? words.commands.pending : words.commands.retry}
              </Button>
            )}
          </>
        ) : (
          <>
            <Button onClick={onClose} disabled={isPending}>
              {words.commands.keep}
            </Button>
            {fit.length > 0 && (
              <Button
                look={what === "cancel" ? "danger" : "primary"}
                data-command={what}
                aria-disabled={isPending}
                onClick={() => void carryOut(fit, [])}
              >
                {isPending ? words.commands.pending : `${words.confirm.manyTitle[what]}: ${words.confirm.many(fit.length)}`}
              </Button>
            )}
          </>
        )
      }
    >
      {failures.length > 0 ? (
        <ul className="notice" data-kind="trouble" role="alert">
          {failures.map(({ campaign: { id, name }, why, isUnanswered }) => (
            <li key={id}>
              {isolated(name)}: {isUnanswered ? words.commands.noAnswer : told(why)}
            </li>
          ))}
        </ul>
      ) : (
        <BulkText what={what} fit={fit} skipped={targets.length - fit.length} />
      )}
    </Dialog>
  );
}

function BulkText({ what, fit, skipped }: { what: Bulk; fit: Campaign[]; skipped: number }) {
  const { confirm } = useWords();
  const sum = (of: (one: Campaign) => number) => fit.reduce((total, one) => total + of(one), 0);
  const lines: string[] = [];
  if (fit.length > 0 && what === "pause") lines.push(confirm.manyPause(fit.length));
  if (fit.length > 0 && what === "resume") {
    const onTrial = fit.filter(isHeldByEngine);
    const whole = (of: (one: Campaign) => number) => sum((one) => (onTrial.includes(one) ? 0 : of(one)));
    const held = whole(accumulated);
    if (onTrial.length < fit.length) lines.push(confirm.resumeText(held, whole((one) => one.counts.pending) - held));
    if (onTrial.length > 0) lines.push(confirm.manyTrial(onTrial.length));
  }
  if (fit.length > 0 && what === "cancel") lines.push(confirm.cancelText(sum(rest)));
  const flying = sum((one) => one.counts.in_flight);
  if (what === "cancel" && flying > 0) lines.push(confirm.cancelInFlight(flying));
  if (skipped > 0) lines.push(confirm.manySkipped(skipped));
  return (
    <>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </>
  );
}
