// A message's HTML with the pictures that come along (RFC 2392, `cid:`) in it as data: nothing else may be loaded there.
import type { Client } from "../api/client";
import type { Attachment } from "../api/types";
import { useSession } from "../session/session";
import { useAsked } from "../stream/use_asked";

const nothing = "data:,";

async function dataOf(client: Client, id: string, signal: AbortSignal): Promise<string> {
  const blob = await (await client.fetch("GET", `/v1/attachments/${id}/content`, { signal })).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(blob);
  });
}

/** Until a picture is there, and where there is none, nothing stands in its place. */
export function usePictures(html: string, attachments: Attachment[]): string {
  const { client } = useSession();
  const shown = attachments.filter((one) => one.content_id && html.includes(`cid:${one.content_id}`));
  const pictures = shown.filter((one) => one.id && one.type?.startsWith("image/"));
  const question = pictures.length > 0 ? JSON.stringify(pictures.map((one) => [one.content_id, one.id])) : null;
  const { answer } = useAsked(question, async (signal) => {
    const read = pictures.map(async ({ content_id = "", id = "" }) => [content_id, await dataOf(client, id, signal)] as const);
    return new Map(await Promise.all(read));
  });
  if (shown.length === 0) return html;
  const known = new Set(shown.map((one) => one.content_id));
  return html.replace(/\bcid:([^"'\s<>)]+)/g, (all, id: string) => (known.has(id) ? (answer?.get(id) ?? nothing) : all));
}
