// Where in the page we are, in the fragment: #/drafts. The server knows only one page; the Back button works.
import { useSyncExternalStore } from "react";

function subscribe(tell: () => void): () => void {
  addEventListener("hashchange", tell);
  return () => removeEventListener("hashchange", tell);
}

/** "#/drafts/c1" → ["drafts", "c1"] */
export function useRoute(): string[] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
}

/** Like `go`, in the place of where we are: the Back button does not lead there again. */
export function replace(...path: string[]): void {
  history.replaceState(null, "", "#/" + path.map(encodeURIComponent).join("/"));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function go(...path: string[]): void {
  location.hash = "/" + path.map(encodeURIComponent).join("/");
}
