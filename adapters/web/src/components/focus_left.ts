// Where the focus goes when what had it is gone. Without that, whoever goes by keyboard or by ear begins anew at the top.

export function isFocusLost(): boolean {
  return !document.activeElement || document.activeElement === document.body;
}

/** To `to`, or to the view; but never behind a dialog that is open. */
export function giveFocus(to: HTMLElement | null | undefined): void {
  const dialog = [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].at(-1);
  const place = dialog ?? to ?? document.getElementById("campaigns");
  if (place?.matches("li, main")) place.tabIndex = -1;
  place?.focus({ preventScroll: true });
  if (!dialog) place?.scrollIntoView({ block: "nearest" });
}
