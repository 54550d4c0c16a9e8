// The letter as it would leave, from what is typed; and what is wrong, field by field.
import { ApiError, type Client } from "../../api/client";
import type { LetterFile, Notice } from "../../api/types";
import type { Spoken } from "../../i18n/notice_words";
import { useSession } from "../../session/session";
import { letterContent, messageFields, type Form, type MessageField } from "./draft_form";
import { useAsked } from "../../stream/use_asked";

export interface Letter {
  subject: string;
  from: string;
  to: string;
  html: string;
  text: string;
  attachments: LetterFile[];
}

/** A field of the message, "headers" with the name of one, or all attachments together. */
export type FaultPlace = MessageField | `headers.${string}` | "attachments";
export type Faults = Partial<Record<FaultPlace, Spoken>>;

export interface Preview {
  letter: Letter | null;
  faults: Faults;
  /** What is wrong with no field in particular. */
  fault: ApiError | null;
  isOld: boolean;
}

function placeOf(field: unknown): FaultPlace | undefined {
  if (typeof field !== "string") return undefined;
  if (field.startsWith("headers.")) return field as FaultPlace;
  if (field === "attachments" || field.startsWith("attachments.")) return "attachments";
  return messageFields.find((one) => one === field);
}

/** Which field a refusal is about, and what is said of it without naming it again. */
export function faultIn({ notice, text }: ApiError): [FaultPlace, Spoken] | null {
  const field = placeOf(notice?.field);
  if (!field || !notice) return null;
  const { field: _, ...rest } = notice;
  return [field, { notice: rest as Notice, text }];
}

/** What stands in for a field that is wrong or empty, so that the others can be seen and judged. */
const standIns: Partial<Record<MessageField, string>> = {
  ...{ name: "–", from: "preview@example.invalid", reply_to: "", subject: "–", unsubscribe_url: "" },
  ...{ to_name: "", preheader: "", unsubscribe_mailto: "", list: "", envelope_sender: "" },
};

/** Puts the stand-in there; false where there is none, or it is there already. */
function leaveOut(campaign: ReturnType<typeof letterContent>, place: FaultPlace): boolean {
  if (place === "attachments") {
    if (campaign.attachments.length === 0) return false;
    campaign.attachments = [];
  } else if (place.startsWith("headers.")) {
    const name = place.slice("headers.".length);
    if (!(name in campaign.headers)) return false;
    delete campaign.headers[name];
  } else {
    const field = place as MessageField;
    const standIn = standIns[field];
    if (standIn === undefined || campaign[field] === standIn) return false;
    campaign[field] = standIn;
  }
  return true;
}

async function preview(client: Client, form: Form, index: number, signal: AbortSignal): Promise<Omit<Preview, "isOld">> {
  const campaign = letterContent(form);
  for (const field of ["name", "from", "subject"] as const)
    if (!campaign[field].trim()) campaign[field] = standIns[field] ?? "";
  const faults: Faults = {};
  for (;;) {
    try {
      const body = { campaign, audience: form.audience, index };
      return { letter: await client.json<Letter>("POST", "/v1/preview", { body, signal }), faults, fault: null };
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 400) throw problem;
      const [field, why] = faultIn(problem) ?? [];
      if (field && why && !faults[field]) faults[field] = why;
      if (!field || !leaveOut(campaign, field)) return { letter: null, faults, fault: field ? null : problem };
    }
  }
}

export function usePreview(form: Form, index: number): Preview {
  const { client } = useSession();
  const hasBody = form.html !== "" || form.text !== "";
  const question = form.audience && hasBody ? JSON.stringify([letterContent(form), form.audience, index]) : null;
  const asked = useAsked(question, (signal) => preview(client, form, index, signal));
  return {
    letter: asked.answer?.letter ?? null,
    faults: asked.answer?.faults ?? {},
    fault: asked.fault ?? asked.answer?.fault ?? null,
    isOld: asked.isOld,
  };
}
