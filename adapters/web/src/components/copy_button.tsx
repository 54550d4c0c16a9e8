import { useState } from "react";
import { useLanguage } from "../i18n/words";
import { useAnnounce } from "./announcer";
import { Button } from "./button";

const words = {
  en: { copy: "Copy", copied: "Copied", failed: "The browser did not allow it; select the text and copy it by hand" },
  ru: { copy: "Копировать", copied: "Скопировано", failed: "Браузер не разрешил; выделите текст и скопируйте вручную" },
};

export function CopyButton({ text }: { text: string }) {
  const { copy, copied, failed } = words[useLanguage().language];
  const announce = useAnnounce();
  const [label, setLabel] = useState(copy);
  const tell = (said: string) => {
    setLabel(said);
    announce(said);
  };
  // Plain HTTP that is not loopback has no clipboard.
  const put = async () => navigator.clipboard.writeText(text);
  return (
    <Button className="copy" onClick={() => void put().then(() => tell(copied), () => tell(failed))} onBlur={() => setLabel(copy)}>
      {label}
    </Button>
  );
}
