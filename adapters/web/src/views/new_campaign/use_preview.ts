// The letter as it would leave, from what is typed; and what is wrong, field by field.
import { ApiError, type Client } from "../../api/client";
import type { Notice } from "../../api/types";
import type { Spoken } from "../../i18n/notice_words";
import { useSession } from "../../session/session";
import { messageFields, type Form, type MessageField } from "./draft_form";
import { useAsked } from "../../stream/use_asked";

export interface Letter {
  subject: string;
  from: string;
  to: string;
  html: string;
  text: string;
}

export type Faults = Partial<Record<MessageField, Spoken>>;

export interface Preview {
  letter: Letter | null;
  faults: Faults;
  /** What is wrong with no field in particular. */
  fault: ApiError | null;
  isOld: boolean;
}

/** Which field a refusal is about, and what is said of it without naming it again. */
export function faultIn({ notice, text }: ApiError): [MessageField, Spoken] | null {
  const field = messageFields.find((one) => one === notice?.field);
  if (!field || !notice) return null;
  const { field: _, ...rest } = notice;
  return [field, { notice: rest as Notice, text }];
}

/** What stands in for a field that is wrong or empty, so that the others can be seen and judged. */
const standIns: Partial<Record<MessageField, string>> = { name: "–", from: "preview@example.invalid", reply_to: "", subject: "–", unsubscribe_url: "" };

async function preview(client: Client, form: Form, index: number, signal: AbortSignal): Promise<Omit<Preview, "isOld">> {
  const campaign = Object.fromEntries(messageFields.map((field) => [field, form[field]])) as Record<MessageField, string>;
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
      const standIn = field && standIns[field];
      if (field && why && !faults[field]) faults[field] = why;
      if (!field || standIn === undefined || campaign[field] === standIn)
        return { letter: null, faults, fault: field ? null : problem };
      campaign[field] = standIn;
    }
  }
}

export function usePreview(form: Form, index: number): Preview {
  const { client } = useSession();
  const hasBody = form.html !== "" || form.text !== "";
  const question = form.audience && hasBody ? JSON.stringify([messageFields.map((one) => form[one]), form.audience, index]) : null;
  const asked = useAsked(question, (signal) => preview(client, form, index, signal));
  return {
    letter: asked.answer?.letter ?? null,
    faults: asked.answer?.faults ?? {},
    fault: asked.fault ?? asked.answer?.fault ?? null,
    isOld: asked.isOld,
  };
}
