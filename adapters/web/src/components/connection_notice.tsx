import { useEffect, useRef } from "react";
import { useWords } from "../i18n/words";
import { useSession } from "../session/session";
import { useConnection } from "../stream/hooks";
import { useAnnounce } from "./announcer";
import { Button } from "./button";
import { Icon } from "./icons";

/** A small sign while all is well, a broad one when the connection is lost. */
export function ConnectionSign() {
  const words = useWords();
  const { state } = useConnection();
  if (state === "lost") return null;
  return (
    <span className="connection" data-state={state}>
      {words.connection[state]}
    </span>
  );
}

export function ConnectionNotice() {
  const words = useWords();
  const announce = useAnnounce();
  const { campaigns } = useSession();
  const { state, since } = useConnection();
  const wasLost = useRef(false);
  useEffect(() => {
    if (wasLost.current && state === "live") announce(words.connection.regained);
    wasLost.current = state === "lost";
  }, [state, words, announce]);
  if (state !== "lost" || since === null) return null;
  return (
    <div className="lost" role="alert">
      <Icon name="warning" />
      <span>{words.connection.lost(words.formats.clock(since))}</span>
      <Button onClick={() => campaigns.retryNow()}>{words.connection.retry}</Button>
    </div>
  );
}
