// The token of this tab. sessionStorage, because it ends with the tab and no other tab or later visitor of this
// browser finds it, and a reload need not ask again; a cookie would be sent by itself (and so by other sites'
// requests), localStorage would stay on the disk.

import type { Notice } from "../api/types";

const key = "sluice.token";

/** The token in the address (`#token=…`), which is taken out of the address bar and the history at once. */
export function takeTokenFromAddress(): void {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return;
  history.replaceState(null, "", location.pathname + location.search);
  keepToken(decodeURIComponent(found[1] ?? ""));
}

export function keptToken(): string {
  return sessionStorage.getItem(key) ?? "";
}

export function keepToken(token: string): void {
  sessionStorage.setItem(key, token.trim());
}

export function forgetToken(): void {
  sessionStorage.removeItem(key);
}

/** What went wrong at the provider of sign-ins (`#sign-in=…`, a notice); taken out of the address bar as a token is. */
export function takeSignInFault(): Notice | null {
  const found = /^#sign-in=(.+)$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const notice = JSON.parse(decodeURIComponent(found[1] ?? "")) as Notice;
    return typeof notice.code === "string" ? notice : null;
  } catch {
    return null;
  }
}
