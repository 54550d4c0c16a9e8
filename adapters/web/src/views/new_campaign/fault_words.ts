import type { ApiError } from "../../api/client";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";

/** What went wrong: as the engine says it, where it could say anything. */
export function useFaultWords(): (fault: ApiError) => string {
  const words = useWords();
  const told = useSpoken();
  return (fault) => (fault.code === "unreachable" ? words.signIn.unreachable : told(fault));
}
