// What is typed, as it is typed, and the campaign file that it makes. Numbers and times stay text here, so that a
// half-written one is kept too.
import type { Attachment, Plan, WholeCampaign } from "../../api/types";
import { splitDuration } from "../../i18n/format";

export const units = ["s", "m", "h", "d"] as const;

/** The message's fields, named as in a campaign file. */
export const messageFields = [
  "name",
  "from",
  "to_name",
  "reply_to",
  "subject",
  "preheader",
  "html",
  "text",
  "unsubscribe_url",
  "unsubscribe_mailto",
  "list",
  "envelope_sender",
] as const;
export type MessageField = (typeof messageFields)[number];

/** A header of one's own, as it is typed. */
export interface HeaderRow {
  name: string;
  value: string;
}

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
  headers: HeaderRow[];
  attachments: Attachment[];
  /** Where there is no text. */
  text_from_html: boolean;
  /** Start although a tag has no column. */
  allow_unknown_fields: boolean;
  /** An audience's id, or "". */
  audience: string;
  plan: PlanForm;
  on_doubt: "resend" | "hold";
  /** The name of the sending server that it is to leave through, or "" for any. */
  relay: string;
}

/** What POST and PATCH /v1/campaigns take. A null takes the old value away. */
export interface Content extends Record<MessageField, string> {
  headers: Record<string, string>;
  attachments: Attachment[];
  text_from_html: boolean;
  allow_unknown_fields: boolean;
  audience: string | null;
  plan: { start_at: string | null; parts: { size: number; every: string; growth: number } | null };
  on_doubt: "resend" | "hold";
  relay: string;
}

function eachField(value: (field: MessageField) => string): Record<MessageField, string> {
  return Object.fromEntries(messageFields.map((field) => [field, value(field)])) as Record<MessageField, string>;
}

/** In one order and without what is empty, so that two can be compared. */
function plainAttachment({ id, name, type, content_id, column }: Attachment): Attachment {
  return { ...(id && { id }), ...(name && { name }), ...(type && { type }), ...(content_id && { content_id }), ...(column && { column }) };
}

/** As the engine has them: by name. A row without a name is only begun. */
export function headersOf(rows: HeaderRow[]): Record<string, string> {
  const named = rows.filter((one) => one.name.trim()).map((one): [string, string] => [one.name.trim(), one.value]);
  return Object.fromEntries(named.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
}

export function emptyForm(): Form {
  return {
    ...eachField(() => ""),
    headers: [],
    attachments: [],
    text_from_html: true,
    allow_unknown_fields: false,
    audience: "",
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
  return {
    ...eachField((field) => campaign[field] ?? ""),
    headers: Object.entries(campaign.headers ?? {}).map(([name, value]) => ({ name, value })),
    attachments: (campaign.attachments ?? []).map(plainAttachment),
    text_from_html: campaign.text_from_html ?? false,
    allow_unknown_fields: campaign.allow_unknown_fields ?? false,
    on_doubt: campaign.on_doubt,
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

/** What a letter is made of, whenever it leaves. */
export function letterContent(form: Form): Record<MessageField, string> & Pick<Content, "headers" | "attachments" | "text_from_html"> {
  return {
    ...eachField((field) => form[field]),
    headers: headersOf(form.headers),
    attachments: form.attachments.map(plainAttachment),
    text_from_html: form.text_from_html,
  };
}

export function contentOf(form: Form): Content | null {
  const plan = planOf(form.plan);
  if (!plan) return null;
  const { on_doubt, relay } = form;
  return {
    ...letterContent(form),
    ...{ on_doubt, relay, allow_unknown_fields: form.allow_unknown_fields },
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

/** A new draft without those fields that are empty: the engine's settings may say what new campaigns have there. */
export function newContent(content: Content): Partial<Content> {
  const { envelope_sender, headers, ...rest } = content;
  return { ...rest, ...(envelope_sender && { envelope_sender }), ...(Object.keys(headers).length > 0 && { headers }) };
}

/** What the engine's settings gave a new draft beyond what was sent. */
export function givenBySettings(form: Form, sent: Content, made: WholeCampaign): Partial<Form> {
  const { envelope_sender, headers } = formOf(made);
  return {
    ...(form.envelope_sender === "" && { envelope_sender }),
    headers: [...form.headers, ...headers.filter((one) => !(one.name in sent.headers))],
  };
}

/** A patch merges objects: a header that is to go is null in it. */
export function headersPatch(from: Content, to: Content): Record<string, string | null> {
  const gone = Object.keys(from.headers).filter((name) => !(name in to.headers));
  return { ...to.headers, ...Object.fromEntries(gone.map((name) => [name, null])) };
}

/** Only what differs, so that two people who change different fields do not undo each other. */
export function difference(from: Content, to: Content): Partial<Content> {
  return Object.fromEntries(
    Object.entries(to).filter(([field, value]) => !isSame(value, from[field as keyof Content])),
  ) as Partial<Content>;
}
