// A card leaves the list when its command is carried out, and takes along what had the focus: that goes to the card
// which is in its place then.
import { useEffect, useRef, type FocusEvent, type RefObject } from "react";
import { giveFocus, isFocusLost } from "../../components/focus_left";

/** For the element that holds the cards, which are those of `ids`. */
export function useFocusKept(ids: string[]): { ref: RefObject<HTMLUListElement>; onFocus: (event: FocusEvent) => void } {
  const ref = useRef<HTMLUListElement>(null);
  const last = useRef<{ id: string; place: number } | null>(null);
  const all = ids.join(" ");
  const now = useRef(ids);
  now.current = ids;
  useEffect(() => {
    const before = last.current;
    if (!before) return;
    const place = now.current.indexOf(before.id);
    if (place >= 0) {
      before.place = place;
      return;
    }
    last.current = null;
    if (!isFocusLost()) return;
    giveFocus(ref.current?.querySelectorAll<HTMLElement>(":scope > li")[Math.min(before.place, now.current.length - 1)]);
  }, [all]);
  return {
    ref,
    onFocus: (event) => {
      // A dialog that a card opened is not within it; it is the same card's.
      const id = event.target.closest<HTMLElement>(".card")?.dataset.campaign;
      if (id) last.current = { id, place: now.current.indexOf(id) };
    },
  };
}

/** When a bar of commands goes with what had the focus, that comes to `to`, or to the list. */
export function useFocusAfter(isThere: boolean, to: RefObject<HTMLElement>): void {
  const was = useRef(isThere);
  useEffect(() => {
    if (was.current && !isThere && isFocusLost()) giveFocus(to.current);
    was.current = isThere;
  }, [isThere, to]);
}
