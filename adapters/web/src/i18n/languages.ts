// The languages of the page: one table of words each.
import { en, type Words } from "./en";
import { ru } from "./ru";

export const languages = { en, ru } satisfies Record<string, Words>;
export type Language = keyof typeof languages;
