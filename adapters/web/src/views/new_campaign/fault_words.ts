import type { ApiError } from "../../api/client";
import { useWords } from "../../i18n/words";

/** What went wrong: in the engine's own words, where it could say any. */
export function useFaultWords(): (fault: ApiError) => string {
  const words = useWords();
  return (fault) => (fault.code === "unreachable" ? words.signIn.unreachable : fault.message);
}
