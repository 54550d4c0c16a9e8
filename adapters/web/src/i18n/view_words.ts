import { useLanguage, type Language } from "./words";

/** The words of a view that is loaded only when somebody goes there: they come with it, not with the first view. */
export function useViewWords<Words>(table: Record<Language, Words>): Words {
  return table[useLanguage().language];
}
