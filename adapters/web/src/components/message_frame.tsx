// A message's HTML as its readers will see it, without letting it do anything: the outer frame is a page of ours
// whose Content-Security-Policy allows a message's own styles and nothing else, the inner one, which inherits that
// policy, has the tightest sandbox there is: no scripts, no network, no navigation, an origin of its own.
import { useCallback, useEffect, useRef } from "react";
import { lifeless } from "./lifeless_html";

export function MessageFrame({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const show = useCallback(() => {
    const inner = frame.current?.contentDocument?.querySelector("iframe");
    const view = frame.current?.contentDocument?.defaultView;
    if (inner && view) Object.assign(inner, { title, srcdoc: lifeless(html, new view.DOMParser()) });
  }, [html, title]);
  useEffect(show, [show]);
  return <iframe ref={frame} className="message-frame" src="/message_frame.html" title={title} onLoad={show} />;
}
