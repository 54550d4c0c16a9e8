// A modal dialog: focus goes in, stays in, and comes back. The backdrop is our own, for Radix's locks the page's
// scrolling by a <style> that the Content-Security-Policy forbids; base.css does that instead.
import * as Radix from "@radix-ui/react-dialog";
import { useRef, type ReactNode } from "react";
import { useWords } from "../i18n/words";
import { giveFocus, isFocusLost } from "./focus_left";
import { Icon } from "./icons";
import { NoticeList } from "./notices";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons, the harmless one first: it gets the focus. */
  actions?: ReactNode;
  size?: "small" | "large" | "full";
  /** Closing by Escape or beside the dialog is off while a command is on its way. */
  isBusy?: boolean;
}

export function Dialog({ open, onClose, title, children, actions, size = "small", isBusy = false }: Props) {
  const words = useWords();
  const before = useRef<Element | null>(null);
  const close = (isOpen: boolean) => {
    if (!isOpen && !isBusy) onClose();
  };
  return (
    <Radix.Root open={open} onOpenChange={close}>
      <Radix.Portal>
        <div className="backdrop">
          <Radix.Content
            className="dialog"
            data-size={size}
            aria-describedby={undefined}
            onOpenAutoFocus={() => {
              before.current = document.activeElement;
            }}
            // Radix knows where to go back to only for a dialog that its own trigger opened.
            onCloseAutoFocus={() => {
              if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
              // What opened it is gone: a card that left the list, a command that is not offered any more.
              else if (isFocusLost()) giveFocus(null);
            }}
          >
            <header>
              <Radix.Title>{title}</Radix.Title>
              {size !== "small" && (
                <Radix.Close className="button icon-button" data-look="quiet" aria-label={words.frame.close}>
                  <Icon name="close" />
                </Radix.Close>
              )}
            </header>
            {size === "full" && <NoticeList />}
            <div className="dialog-body">{children}</div>
            {/* The second half of a double click on what opened the dialog may hit a button of it: nobody has read it yet. */}
            {actions && <footer onClickCapture={(event) => event.detail > 1 && event.stopPropagation()}>{actions}</footer>}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}
