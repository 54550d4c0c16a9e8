// Language, colours, who is signed in. A plain disclosure: it works with every keyboard and reader.
import { useState } from "react";
import { languages, useLanguage, type Language } from "../i18n/words";
import { useSession } from "../session/session";
import { applyTheme, keptTheme, type Theme } from "../theme/theme";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Icon } from "./icons";

const themes: Theme[] = ["auto", "light", "dark"];

export function SettingsPanel() {
  const { words, language, choose } = useLanguage();
  const { me, signOut } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const [theme, setTheme] = useState(keptTheme);
  const chooseTheme = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <>
      <Button look="quiet" className="icon-button" aria-label={words.frame.settings} onClick={() => setIsOpen(true)}>
        <Icon name="settings" />
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.frame.settings}
        actions={
          <>
            <Button onClick={signOut}>{words.frame.signOut}</Button>
            <Button look="primary" onClick={() => setIsOpen(false)}>
              {words.frame.close}
            </Button>
          </>
        }
      >
        <p className="hint">{words.frame.signedInAs(me.name, words.frame.roles[me.role])}</p>
        <label className="setting">
          <span>{words.frame.language}</span>
          <select value={language} onChange={(event) => choose(event.target.value as Language)}>
            {Object.entries(languages).map(([id, one]) => (
              <option key={id} value={id} lang={id}>
                {one.language}
              </option>
            ))}
          </select>
        </label>
        <label className="setting">
          <span>{words.frame.theme}</span>
          <select value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)}>
            {themes.map((one) => (
              <option key={one} value={one}>
                {words.frame.themes[one]}
              </option>
            ))}
          </select>
        </label>
      </Dialog>
    </>
  );
}
