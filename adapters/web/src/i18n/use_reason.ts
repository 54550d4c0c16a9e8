import { reasonInRussian } from "./reasons_ru";
import { useLanguage } from "./words";

/** Tells the engine's reasons for moderation in the language of the page. */
export function useReason(): (reason: string) => string {
  return useLanguage().language === "ru" ? reasonInRussian : (reason) => reason;
}
