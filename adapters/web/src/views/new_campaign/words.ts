import type { Language } from "../../i18n/words";
import { en } from "./words_en";
import { ru } from "./words_ru";

export type ViewWords = typeof en;
export const words: Record<Language, ViewWords> = { en, ru };
