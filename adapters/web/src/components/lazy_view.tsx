// A view that is loaded when somebody first goes there. An engine that cannot be reached at that moment is told, and
// asked again when it is back; React.lazy would take the whole page down.
import { useEffect, useState, type ComponentType } from "react";
import { useWords } from "../i18n/words";
import { useConnection } from "../stream/hooks";

export function lazyView<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  let known: ComponentType<Props> | null = null;
  return function LazyView(props: Props) {
    const words = useWords();
    const isLive = useConnection().state === "live";
    const [View, setView] = useState(() => known);
    const [isLost, setIsLost] = useState(false);
    useEffect(() => {
      if (View) return;
      let isWanted = true;
      load().then(
        (found) => {
          known = found.default;
          if (isWanted) setView(() => found.default);
        },
        () => {
          if (isWanted) setIsLost(true);
        },
      );
      return () => {
        isWanted = false;
      };
    }, [View, isLive]);
    if (View) return <View {...props} />;
    if (!isLost) return null;
    return (
      <p className="notice" data-kind="trouble" role="alert">
        {words.frame.notLoaded}
      </p>
    );
  };
}
