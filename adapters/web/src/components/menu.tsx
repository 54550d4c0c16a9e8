// A menu behind a button. Not modal: Radix's modal one would inject a <style> (see dialog.tsx).
import * as Radix from "@radix-ui/react-dropdown-menu";
import { useRef, type ReactNode } from "react";

export interface MenuItem {
  id: string;
  label: string;
  isDangerous?: boolean;
  onSelect: () => void;
}

export function Menu({ label, button, items }: { label: string; button: ReactNode; items: MenuItem[] }) {
  const trigger = useRef<HTMLButtonElement>(null);
  const chosen = useRef<MenuItem | null>(null);
  // What was chosen begins when the menu is gone and its button has the focus again, so that a dialog which it
  // opens gives the focus back to that button and not to an item that is no longer there.
  const onClosed = () => {
    const item = chosen.current;
    chosen.current = null;
    if (!item) return;
    trigger.current?.focus();
    setTimeout(item.onSelect);
  };
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger ref={trigger} className="button icon-button" data-look="quiet" aria-label={label}>
        {button}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="menu"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={onClosed}
        >
          {items.map((item) => (
            <Radix.Item
              key={item.id}
              className="menu-item"
              data-dangerous={item.isDangerous || undefined}
              onSelect={() => {
                chosen.current = item;
              }}
            >
              {item.label}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
