import { useCallback } from "react";
import { spokenIn, type Spoken } from "./notice_words";
import { useLanguage } from "./words";

/** Puts what the engine says into the language of the page. */
export function useSpoken(): (said: Spoken) => string {
  const { language } = useLanguage();
  return useCallback((said) => spokenIn(language, said), [language]);
}
