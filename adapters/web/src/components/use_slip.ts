// A slip: the second half of a double click, or a key that is held down, upon what acts at once.
import { useCallback, useRef } from "react";

const slipMs = 600;

export interface Slip {
  /** Whether a click, or the key that stands for one, is part of what acted already; `clicks` is the event's `detail`. */
  isSlip: (clicks: number) => boolean;
  /** To be said when what was begun has ended: its answer may come before the second click does. */
  ended: () => void;
}

export function useSlip(): Slip {
  const endedAt = useRef(-slipMs);
  const ended = useCallback(() => {
    endedAt.current = performance.now();
  }, []);
  const isSlip = useCallback(
    // A mouse tells the second half of a double click; a key that is held down does not tell that it repeats.
    (clicks: number) => clicks > 1 || (clicks === 0 && performance.now() - endedAt.current < slipMs),
    [],
  );
  return { isSlip, ended };
}
