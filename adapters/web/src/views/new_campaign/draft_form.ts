// What is typed, as it is typed, and the campaign file that it makes. Numbers and times stay text here, so that a
// half-written one is kept too.
import type { Plan, WholeCampaign } from "../../api/types";
import { splitDuration } from "../../i18n/format";

export const units = ["s", "m", "h", "d"] as const;

/** The message's fields, named as in a campaign file. */
export const messageFields = ["name", "from", "reply_to", "subject", "html", "text", "unsubscribe_url"] as const;
export type MessageField = (typeof messageFields)[number];

export interface PlanForm {
  when: "now" | "at";
  /** As datetime-local has it, in the browser's time zone. */
  at: string;
  /** The moment that `at` came from: an hour that a clock shows twice must not move by being looked at. */
  exact: string;
  isInParts: boolean;
  size: string;
  every: string;
  unit: string;
  growth: string;
}

export interface Form extends Record<MessageField, string> {
  /** An audience's id, or "". */
  audience: string;
  plan: PlanForm;
  on_doubt: "resend" | "hold";
  /** The name of the sending server that it is to leave through, or "" for any. */
  relay: string;
}

/** What POST and PATCH /v1/campaigns take. A null takes the old value away. */
export interface Content extends Record<MessageField, string> {
  audience: string | null;
  plan: { start_at: string | null; parts: { size: number; every: string; growth: number } | null };
  on_doubt: "resend" | "hold";
  relay: string;
}

export function emptyForm(): Form {
  return {
    ...{ name: "", from: "", reply_to: "", subject: "", html: "", text: "", unsubscribe_url: "", audience: "" },
    plan: { when: "now", at: "", exact: "", isInParts: false, size: "1000", every: "1", unit: "d", growth: "0" },
    on_doubt: "resend",
    relay: "",
  };
}

/** "2026-12-01T09:00", to the second or finer only where it is. */
export function localTime(moment: string): string {
  const at = new Date(moment);
  const text = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, -1);
  return text.replace(/(:00)?\.000$/, "");
}

function planForm(plan: Plan): PlanForm {
  const form = emptyForm().plan;
  if (plan.start_at)
    Object.assign(form, { when: "at", at: localTime(plan.start_at), exact: plan.start_at });
  if (plan.parts) {
    const [every, unit] = plan.parts.every === "24h" ? [1, "d"] : splitDuration(plan.parts.every);
    Object.assign(form, { isInParts: true, size: `${plan.parts.size}`, every: `${every}`, unit, growth: `${plan.parts.growth}` });
  }
  return form;
}

export function formOf(campaign: WholeCampaign): Form {
  const { name, from, reply_to, subject, html, text, unsubscribe_url, on_doubt } = campaign;
  return {
    ...{ name, from, reply_to, subject, html, text, unsubscribe_url, on_doubt },
    audience: campaign.audience?.id ?? "",
    relay: campaign.relay ?? "",
    plan: planForm(campaign.plan),
  };
}

export type PlanFault = "at" | "size" | "every" | "growth";

const lettersMax = 100_000_000;
const second = 1000;
const unitLength: Record<string, number> = { d: 86_400 * second, h: 3600 * second, m: 60 * second, s: second, ms: 1 };
const everyMax = 365 * 86_400 * second;

/** A whole number in digits, or NaN. */
function whole(text: string): number {
  return /^\d{1,12}$/.test(text.trim()) ? Number(text) : NaN;
}

/** Which of the plan's fields say nothing that the engine takes (messages/campaign_json.cpp has the same limits). */
export function planFaults(plan: PlanForm): PlanFault[] {
  const faults: PlanFault[] = [];
  if (plan.when === "at" && Number.isNaN(new Date(plan.at).getTime())) faults.push("at");
  if (!plan.isInParts) return faults;
  const size = whole(plan.size);
  if (!(size >= 1 && size <= lettersMax)) faults.push("size");
  const every = whole(plan.every) * (unitLength[plan.unit] ?? NaN);
  if (!(every >= second && every <= everyMax)) faults.push("every");
  if (!(whole(plan.growth || "0") <= 1000)) faults.push("growth");
  return faults;
}

/** As the engine writes it, so that what it has and what is typed can be compared: "60m" is "1h", one day "24h". */
function duration(count: number, unit: string): string {
  const length = count * (unitLength[unit] ?? 1);
  const largest = Object.entries(unitLength).find(([name, one]) => length % one === 0 && (name !== "d" || length > one));
  return largest ? `${length / largest[1]}${largest[0]}` : `${length}ms`;
}

/** The moment that was chosen; nothing for now, or while what is written is no time. */
export function startOf(plan: PlanForm): string | null {
  if (plan.when === "now") return null;
  if (plan.exact && localTime(plan.exact) === plan.at) return plan.exact;
  const at = new Date(plan.at);
  return Number.isNaN(at.getTime()) ? null : at.toISOString().replace(".000Z", "Z");
}

/** The plan as the engine takes it; nothing while a field is wrong. */
export function planOf(plan: PlanForm): Content["plan"] | null {
  if (planFaults(plan).length > 0) return null;
  const parts = { size: whole(plan.size), every: duration(whole(plan.every), plan.unit), growth: whole(plan.growth || "0") };
  return { start_at: startOf(plan), parts: plan.isInParts ? parts : null };
}

export function contentOf(form: Form): Content | null {
  const plan = planOf(form.plan);
  if (!plan) return null;
  const { name, from, reply_to, subject, html, text, unsubscribe_url, on_doubt, relay } = form;
  return {
    ...{ name, from, reply_to, subject, html, text, unsubscribe_url, on_doubt, relay },
    audience: form.audience || null,
    plan,
  };
}

export type Missing = "name" | "from" | "subject" | "body";

/** Without these the engine takes no draft. */
export function missing(form: Form): Missing[] {
  const lacking: Missing[] = (["name", "from", "subject"] as const).filter((field) => !form[field].trim());
  if (!form.html && !form.text) lacking.push("body");
  return lacking;
}

export function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Only what differs, so that two people who change different fields do not undo each other. */
export function difference(from: Content, to: Content): Partial<Content> {
  return Object.fromEntries(
    Object.entries(to).filter(([field, value]) => !isSame(value, from[field as keyof Content])),
  ) as Partial<Content>;
}
