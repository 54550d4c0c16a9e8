import { reasonInRussian } from "./reasons_ru";
import { refusalInRussian } from "./refusals_ru";
import { relayWordsInRussian } from "./relay_words_ru";
import type { Language } from "./words";

/** What the engine says, in the language of the page; what is not known here stays as the engine says it. */
export function saidIn(language: Language, text: string): string {
  return language === "ru" ? (refusalInRussian(text) ?? relayWordsInRussian(text) ?? reasonInRussian(text)) : text;
}
