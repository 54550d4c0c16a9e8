import { useEffect, useRef, useState } from "react";

/** While a campaign sends, it changes many times a second. */
const refreshMs = 2000;

/** The value, at most once in `refreshMs`; the last one in the end. */
export function useSlowly<Value>(value: Value): Value {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, changedAt.current + refreshMs - performance.now());
    const timer = setTimeout(() => {
      changedAt.current = performance.now();
      setShown(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value]);
  return shown;
}
