// The token of this tab. sessionStorage, because it ends with the tab and no other tab or later visitor of this
// browser finds it, and a reload need not ask again; a cookie would be sent by itself (and so by other sites'
// requests), localStorage would stay on the disk.

import type { Notice } from "../api/types";

const key = "sluice.token";

/** Over the reload that a link opened in this tab makes. */
const brokenKey = "sluice.broken_link";

/**
 * The token in the address (`#token=…`), which is taken out of the address bar and the history at once. Of a broken one,
 * which a chat or a mail program may have made of it, nothing is tried: not the token of before, either.
 */
export function takeTokenFromAddress(): void {
  const found = /^#token=(.*)$/s.exec(location.hash);
  if (!found) return;
  history.replaceState(null, "", location.pathname + location.search);
  const token = decoded(found[1] ?? "").trim();
  // A token is of visible ASCII: others cannot even be sent (RFC 6750).
  if (/^[\x21-\x7e]+$/.test(token)) {
    keepToken(token);
    return;
  }
  forgetToken();
  sessionStorage.setItem(brokenKey, "yes");
}

/** Whether the address had a token that is none: to be told of, once. */
export function addressWasBroken(): boolean {
  const was = sessionStorage.getItem(brokenKey) !== null;
  sessionStorage.removeItem(brokenKey);
  return was;
}

/** Empty for what is no percent-encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
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
