// The sending servers that the engine has, where there are several.
import type { Page, Relay } from "../api/types";
import { useSession } from "../session/session";
import { useAsked } from "../stream/use_asked";

/** Empty where there is but one, and until the engine has answered. */
export function useRelays(): Relay[] {
  const { client } = useSession();
  const { answer } = useAsked("relays", (signal) => client.json<Pick<Page<Relay>, "items">>("GET", "/v1/relays", { signal }));
  return answer && answer.items.length > 1 ? answer.items : [];
}
