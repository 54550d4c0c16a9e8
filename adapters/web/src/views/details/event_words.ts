// An event of the log in a sentence (messages/event.hpp has them all).
import type { LetterState, LogEvent, Notice, Reply } from "../../api/types";
import { spokenReasons } from "../../i18n/notice_words";
import type { Words } from "../../i18n/words";
import { replyText, type Told } from "../../i18n/reply_text";
import type { words as table } from "./words";

type Said = (typeof table)["en"];

/** What is written down of letters: their state, or that they are refused, but not for good. */
export type Outcome = LetterState | "refused_for_now";

interface Group extends Partial<Reply> {
  outcome: LetterState;
  provisional?: boolean;
  letters: number[];
}

/** How many letters [begin, end, begin, end …] are. */
function countOf(flat: unknown): number {
  const bounds = Array.isArray(flat) ? (flat as number[]) : [];
  let count = 0;
  for (let at = 0; at + 1 < bounds.length; at += 2) count += (bounds[at + 1] ?? 0) - (bounds[at] ?? 0);
  return count;
}

function groupsOf(event: LogEvent): Group[] {
  return Array.isArray(event.groups) ? (event.groups as Group[]) : [];
}

/** As they are told, whichever came first. */
const order: Outcome[] = ["accepted", "refused", "refused_for_now", "deferred", "skipped", "in_doubt", "pending", "in_flight"];

function outcomesOf(events: LogEvent[]): [Outcome, number][] {
  const sums = new Map<Outcome, number>();
  for (const one of events.flatMap(groupsOf)) {
    const outcome = one.provisional ? "refused_for_now" : one.outcome;
    sums.set(outcome, (sums.get(outcome) ?? 0) + countOf(one.letters));
  }
  return [...sums].sort(([left], [right]) => order.indexOf(left) - order.indexOf(right));
}

/** How many letters were claimed for which sending server; the one of `[relay]` among several is called so. */
function claimedOf(events: LogEvent[]): [relay: string, letters: number][] {
  const sums = new Map<string, number>();
  for (const one of events)
    if (one.t === "claimed") sums.set(textOf(one.relay), (sums.get(textOf(one.relay)) ?? 0) + countOf(one.letters));
  return [...sums].map(([name, count]) => [name || (sums.size > 1 ? "[relay]" : ""), count]);
}

const isBatch = (event: LogEvent) => event.t === "claimed" || event.t === "settled";
const runMin = 3;

/** The events with the runs of batches among them put together; each other event by itself. */
export function folded(events: LogEvent[]): LogEvent[][] {
  const runs: LogEvent[][] = [];
  for (const one of events) {
    const last = runs.at(-1);
    if (last?.[0] && isBatch(last[0]) && isBatch(one)) last.push(one);
    else runs.push([one]);
  }
  return runs.flatMap((run) => (run.length < runMin ? run.map((one) => [one]) : [run]));
}

/** What several batches came to. */
export function batchWords({ log }: Said, events: LogEvent[]): string {
  const claimed = claimedOf(events);
  const outcomes = outcomesOf(events);
  const sum = claimed.reduce((all, [, count]) => all + count, 0);
  const words = claimed.length > 1 ? log.claimedBySeveral(sum, claimed) : log.claimed(sum, claimed[0]?.[0] ?? "");
  return [...(sum > 0 ? [words] : []), ...(outcomes.length > 0 ? [log.settled(outcomes)] : [])].join(" · ");
}

const quotedMax = 5;

export function quotedInAll(events: LogEvent[], told: Told): string[] {
  const all = [...new Set(events.flatMap((one) => quotedIn(one, told)))];
  return all.length > quotedMax ? [...all.slice(0, quotedMax), "…"] : all;
}

const numberOf = (value: unknown) => (typeof value === "number" ? value : 0);
const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** What the engine says in it; an event of before has its sentences alone. */
function spokenOf(event: LogEvent, text: string) {
  return { text, notice: (event.notice ?? null) as Notice | null };
}

export function eventWords(words: Said, { formats: f }: Words, event: LogEvent, told: Told): string {
  const { log } = words;
  switch (event.t) {
    case "created":
      return log.created(textOf((event.spec as { name?: unknown } | undefined)?.name));
    case "submitted":
      return log.submitted(
        spokenReasons({ reasons: (event.reasons ?? []) as string[], notices: (event.notices ?? []) as Notice[] }).map(told),
      );
    case "scheduled":
      return log.scheduled(f.moment(numberOf(event.t0)));
    case "paused":
      if (event.reason === "relay_refuses") return log.refusedByRelay;
      if (event.reason === "content_changed") return log.contentChanged;
      if (event.reason === "approval_expired") return log.approvalExpired;
      return event.reason === "spam_suspicion" ? log.suspected : log.paused;
    case "claimed":
      return log.claimed(countOf(event.letters), textOf(event.relay));
    case "settled":
      return log.settled(outcomesOf([event]));
    case "doubt_settled": {
      const count = countOf(event.letters);
      if (event.resend !== true) return log.doubtGivenUp(count);
      return log.doubtResent(count, typeof event.retry_at === "number" ? f.moment(event.retry_at) : null);
    }
    case "refusals_settled": {
      const count = countOf(event.letters);
      if (event.accept === true) return log.refusalsAccepted(count);
      return log.refusalsRetried(count, typeof event.retry_at === "number" ? f.moment(event.retry_at) : null);
    }
    case "resumed":
    case "released":
      return numberOf(event.trial) > 0 ? `${log[event.t]}. ${log.onTrial(numberOf(event.trial))}` : log[event.t];
    case "drained":
      return log.drained(numberOf(event.accepted), numberOf(event.refused), numberOf(event.in_doubt), numberOf(event.took_ms));
    case "edited":
    case "discarded":
    case "approval_given":
    case "approved":
    case "rejected":
    case "sending_began":
    case "trial_passed":
    case "cancelled":
    case "relay_failed":
    case "relay_recovered":
    case "finished":
      return log[event.t];
    default:
      return event.t;
  }
}

/** What people or servers said, in their own words; what many letters were answered alike is said once. */
export function quotedIn(event: LogEvent, told: Told): string[] {
  const text = event.t === "settled" ? "" : textOf(event.text);
  const own = [textOf(event.words), told(spokenOf(event, text))];
  const replies = groupsOf(event)
    .filter((one) => one.outcome !== "accepted" && one.outcome !== "pending")
    .map((one) => replyText({ code: one.code ?? 0, enhanced: one.enhanced ?? "", text: one.text ?? "", notice: one.notice ?? null }, told));
  return [...new Set([...own, ...replies].filter(Boolean))];
}
