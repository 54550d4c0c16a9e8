// What went wrong and must be read: it stays, above everything, until it is closed. Not on a card, which may have
// left the list by the time that the engine refuses a command for it.
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { useWords } from "../i18n/words";
import { Button } from "./button";
import { Icon } from "./icons";

export interface Notice {
  /** About what: a newer notice takes the place of an older one about the same. */
  about: string;
  text: string;
  retry?: () => void;
}

interface Notices {
  notify: (notice: Notice) => void;
  dismiss: (about: string) => void;
}

const context = createContext<Notices>({ notify: () => {}, dismiss: () => {} });
const shownContext = createContext<readonly (Notice & { number: number })[]>([]);

export function useNotices(): Notices {
  return useContext(context);
}

export function NoticeBoard({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<(Notice & { number: number })[]>([]);
  const last = useRef(0);
  const dismiss = useCallback((about: string) => setNotices((old) => old.filter((one) => one.about !== about)), []);
  const notify = useCallback((notice: Notice) => {
    const number = ++last.current;
    setNotices((old) => [...old.filter((one) => one.about !== notice.about), { ...notice, number }].slice(-4));
  }, []);
  const board = useMemo(() => ({ notify, dismiss }), [notify, dismiss]);
  return (
    <context.Provider value={board}>
      <shownContext.Provider value={notices}>
        {children}
        <NoticeList />
      </shownContext.Provider>
    </context.Provider>
  );
}

/** The notices, above the page; a modal dialog that stays open has them too (overlays.css shows one of the two), for
 *  what is outside it can be neither clicked nor read. */
export function NoticeList() {
  const words = useWords();
  const { dismiss } = useNotices();
  return (
    <div className="notice-board">
      {useContext(shownContext).map((one) => (
        <div key={one.number} className="notice" data-kind="trouble" role="alert">
          <Icon name="warning" />
          <span>{one.text}</span>
          {one.retry && <Button onClick={one.retry}>{words.commands.retry}</Button>}
          <Button look="quiet" className="icon-button" onClick={() => dismiss(one.about)} aria-label={words.frame.close}>
            <Icon name="close" />
          </Button>
        </div>
      ))}
    </div>
  );
}
