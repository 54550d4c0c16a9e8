// Where in the page we are, in the fragment: #/drafts. The server knows only one page; the Back button works.
import { useSyncExternalStore } from "react";

function subscribe(tell: () => void): () => void {
  addEventListener("hashchange", tell);
  return () => removeEventListener("hashchange", tell);
}

/** An address that a hand or a mail program spoiled leads to the beginning, not to an empty page. */
function decoded(path: string): string[] {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
}

/** "#/drafts/c1" → ["drafts", "c1"] */
export function useRoute(): string[] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return decoded(hash.replace(/^#\/?/, ""));
}

const addressOf = (path: string[]) => "#/" + path.map(encodeURIComponent).join("/");
const tellOfChange = () => dispatchEvent(new HashChangeEvent("hashchange"));

/** Like `go`, in the place of where we are: the Back button does not lead there again. */
export function replace(...path: string[]): void {
  history.replaceState(history.state, "", addressOf(path));
  tellOfChange();
}

/** Like `go`, to what lies over the place where we are; `leave` takes it away again. */
export function goOver(...path: string[]): void {
  history.pushState({ isOver: true }, "", addressOf(path));
  tellOfChange();
}

/** Back to what was below, so that the Back button does not open it again; to `path` for whoever came by its address. */
export function leave(...path: string[]): void {
  if (!(history.state as { isOver?: boolean } | null)?.isOver) return replace(...path);
  // Going back takes a moment; a second Escape in it must not go back twice.
  if (isLeaving) return;
  isLeaving = true;
  addEventListener("popstate", () => (isLeaving = false), { once: true });
  history.back();
}

let isLeaving = false;

export function go(...path: string[]): void {
  location.hash = "/" + path.map(encodeURIComponent).join("/");
}
