// What changed, for those who do not see it: one polite live region for the whole page.
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";

const context = createContext<(text: string) => void>(() => {});

/** Says a sentence to screen readers. What comes in one breath is said together. */
export function useAnnounce(): (text: string) => void {
  return useContext(context);
}

export function Announcer({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const waiting = useRef<string[]>([]);
  const announce = useCallback((sentence: string) => {
    waiting.current.push(sentence);
    if (waiting.current.length > 1) return;
    setTimeout(() => {
      // A flood (a thousand campaigns changing at once) would talk for an hour.
      setText([...new Set(waiting.current)].slice(0, 5).join(". "));
      waiting.current = [];
    }, 300);
  }, []);
  return (
    <context.Provider value={announce}>
      {children}
      <div className="visually-hidden" role="status" aria-live="polite">
        {text}
      </div>
    </context.Provider>
  );
}
