// A message's HTML whose links lead nowhere and still look like links. The sandbox keeps a plain click from opening
// anything, but not a middle click or one with Ctrl: to the browser these are its user's wish, and the sender would learn
// of whoever looked, before the message has left.

/** Elements that lead to what their href names only for their own look. */
const inert = new Set(["link", "use", "image", "feimage", "lineargradient", "radialgradient", "pattern", "filter", "textpath", "mpath"]);
/** In a frame without scripts it opens nothing, however it is clicked, and the link keeps its colours. */
const nowhere = "javascript:";
const rounds = 4;

function made(html: string, parser: DOMParser): string {
  const page = parser.parseFromString(html, "text/html");
  for (const one of page.querySelectorAll("base")) one.remove();
  for (const one of page.querySelectorAll("*")) {
    const name = one.localName.toLowerCase();
    // Documents within the document, and links that come into being when it is shown.
    one.removeAttribute("srcdoc");
    one.removeAttribute("shadowrootmode");
    if (/href/i.test(one.getAttribute("attributeName") ?? "")) one.remove();
    if (inert.has(name)) continue;
    for (const { namespaceURI, name: called, localName, value } of [...one.attributes]) {
      if (localName.toLowerCase() !== "href" || value === nowhere) continue;
      one.setAttributeNS(namespaceURI, called, nowhere);
      one.setAttribute("title", value);
    }
  }
  const base = page.createElement("base");
  base.target = "_blank"; // a plain click does nothing, where it would show the browser's error in place of the message
  page.head.prepend(base);
  return `<!doctype html>${page.documentElement.outerHTML}`;
}

/**
 * Where a link led stands in its title. HTML that is another one each time it is read is shown as text. `parser`: of the
 * frame that may have a message's styles; the page's own would complain of each.
 */
export function lifeless(html: string, parser: DOMParser): string {
  let before = html;
  for (let round = 0; round < rounds; ++round) {
    const after = made(before, parser);
    if (after === before) return after;
    before = after;
  }
  return `<!doctype html><pre>${html.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</pre>`;
}
