import { useCallback } from "react";
import { saidIn } from "./said_in";
import { useLanguage } from "./words";

/** Tells what the engine says in the language of the page. */
export function useSaid(): (text: string) => string {
  const { language } = useLanguage();
  return useCallback((text) => saidIn(language, text), [language]);
}
