import type { Reply } from "../api/types";
import type { Spoken } from "./notice_words";

export type Told = (said: Spoken) => string;

/** "550 5.1.1 nobody here"; what has no code no server said, but the engine, and `told` tells it. */
export function replyText(reply: Reply | null, told: Told): string {
  if (!reply) return "";
  return reply.code ? [reply.code, reply.enhanced, reply.text].filter(Boolean).join(" ") : told(reply);
}
