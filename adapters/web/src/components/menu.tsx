// A menu behind a button. Not modal: Radix's modal one would inject a <style> (see dialog.tsx).
import * as Radix from "@radix-ui/react-dropdown-menu";
import type { ReactNode } from "react";

export interface MenuItem {
  id: string;
  label: string;
  isDangerous?: boolean;
  onSelect: () => void;
}

export function Menu({ label, button, items }: { label: string; button: ReactNode; items: MenuItem[] }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger className="button icon-button" data-look="quiet" aria-label={label}>
        {button}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {items.map((item) => (
            <Radix.Item
              key={item.id}
              className="menu-item"
              data-dangerous={item.isDangerous || undefined}
              onSelect={item.onSelect}
            >
              {item.label}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
