// The audiences that there are, and what can be done with them.
import { useRef, useState } from "react";
import type { Audience } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { giveFocus } from "../../components/focus_left";
import { Icon } from "../../components/icons";
import { Menu } from "../../components/menu";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { go } from "../../route";
import { mayOperate, useSession } from "../../session/session";
import { AudienceDialogs, useAudienceMenu, type AskedOf } from "./audience_dialogs";
import { FoundList, useFound } from "./found";
import { words as table } from "./words";

export function AudienceList() {
  const words = useViewWords(table);
  const { card, formats: f } = useWords();
  const { me } = useSession();
  const announce = useAnnounce();
  const found = useFound<Audience>("/v1/audiences", true);
  const [asked, setAsked] = useState<AskedOf | null>(null);
  const [selected, setSelected] = useState<string[]>([]);
  const list = useRef<HTMLUListElement>(null);
  const menuOf = useAudienceMenu(setAsked);
  const mayChange = mayOperate(me);
  const two = selected.map((id) => found.items?.find((one) => one.id === id)).filter((one) => one !== undefined);
  const done = (said: string) => {
    setAsked(null);
    setSelected([]);
    announce(said);
    found.renew();
    // A row that had the focus may be gone.
    requestAnimationFrame(() => giveFocus(list.current));
  };
  return (
    <>
      <FoundList
        found={found}
        searchHint={words.audiences.searchHint}
        count={words.audiences.shown}
        none={words.audiences.none}
        noMatch={words.audiences.noMatch}
        tools={
          mayChange && (
            <Button
              aria-disabled={two.length !== 2}
              title={two.length === 2 ? undefined : words.audiences.combineHint}
              onClick={() => two.length === 2 && setAsked({ what: "combine", audiences: two })}
            >
              {words.audiences.combine}
            </Button>
          )
        }
      >
        {(items) => (
          <ul className="list-items" ref={list}>
            {items.map((one) => (
              <li key={one.id} data-audience={one.id}>
                {mayChange && (
                  <input
                    type="checkbox"
                    aria-label={words.select(one.name)}
                    checked={selected.includes(one.id)}
                    // The last two that were chosen, in their order.
                    onChange={(event) =>
                      setSelected((old) => (event.target.checked ? [...old, one.id].slice(-2) : old.filter((id) => id !== one.id)))
                    }
                  />
                )}
                <a href={`#/lists/${one.id}`} dir="auto">
                  {one.name}
                </a>
                <span className="hint">
                  {card.recipients(one.size)} · {words.audiences.imported(f.near(one.created_at))}
                </span>
                <Menu
                  label={words.moreFor(one.name)}
                  button={<Icon name="more" />}
                  items={[{ id: "open", label: words.audiences.open, onSelect: () => go("lists", one.id) }, ...menuOf(one)]}
                />
              </li>
            ))}
          </ul>
        )}
      </FoundList>
      {asked && <AudienceDialogs asked={asked} onDone={done} onClose={() => setAsked(null)} />}
    </>
  );
}
