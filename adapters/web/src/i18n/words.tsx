// The language: the first of the browser's that we speak, or the one chosen by hand, which is kept.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import type { Words } from "./en";
import { languages, type Language } from "./languages";

export type { Words } from "./en";

export { languages, type Language } from "./languages";

const key = "sluice.language";

function isLanguage(text: string | null | undefined): text is Language {
  return text === "en" || text === "ru";
}

function initialLanguage(): Language {
  const kept = localStorage.getItem(key);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((one) => one.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

interface Choice {
  language: Language;
  words: Words;
  choose: (language: Language) => void;
}

const context = createContext<Choice | null>(null);

export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choice = useMemo(
    () => ({
      language,
      words: languages[language],
      choose: (next: Language) => {
        localStorage.setItem(key, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <context.Provider value={choice}>{children}</context.Provider>;
}

export function useLanguage(): Choice {
  const choice = useContext(context);
  if (!choice) throw new Error("no words here");
  return choice;
}

export function useWords(): Words {
  return useLanguage().words;
}
