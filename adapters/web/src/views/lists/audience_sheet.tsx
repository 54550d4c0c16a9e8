// One audience: how it was read, and its rows, page by page or those that are looked for.
import { useEffect, useRef, useState } from "react";
import { AudienceRows, useAudienceOrFault } from "../../components/audience_rows";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { ImportOf } from "../../components/left_out";
import { Menu } from "../../components/menu";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { go, replace } from "../../route";
import { AudienceDialogs, useAudienceMenu, type AskedOf } from "./audience_dialogs";
import { words as table } from "./words";

const rowsShown = 50;

export function AudienceSheet({ id }: { id: string }) {
  const all = useViewWords(table);
  const words = all.sheet;
  const { card, formats: f } = useWords();
  const announce = useAnnounce();
  const { audience, fault } = useAudienceOrFault(id);
  const [asked, setAsked] = useState<AskedOf | null>(null);
  const [first, setFirst] = useState(0);
  const [search, setSearch] = useState("");
  const menuOf = useAudienceMenu(setAsked);
  const title = useRef<HTMLHeadingElement>(null);
  const isThere = audience !== null;
  useEffect(() => {
    if (isThere) title.current?.focus({ preventScroll: true });
  }, [isThere]);
  const back = (
    <p>
      <a className="button" href="#/lists">
        ‹ {words.back}
      </a>
    </p>
  );
  if (!audience)
    return (
      <div className="audience-sheet">
        {back}
        {fault && <p>{fault.status === 404 ? words.gone : all.failed(fault.text)}</p>}
      </div>
    );
  const last = Math.min(first + rowsShown, audience.size);
  const wanted = search.trim();
  const menu = menuOf(audience);
  return (
    <article className="audience-sheet" aria-labelledby="audience-name">
      {back}
      <header>
        <h2 id="audience-name" ref={title} tabIndex={-1} dir="auto">
          {audience.name}
        </h2>
        {menu.length > 0 && <Menu label={all.moreFor(audience.name)} button={<Icon name="more" />} items={menu} />}
      </header>
      <p className="hint">
        {card.recipients(audience.size)} · {words.roleAddresses(audience.role_addresses)} · {all.audiences.imported(f.near(audience.created_at))}
      </p>
      <ImportOf audience={audience} />
      <div className="tools" role="search">
        <label className="search">
          <span className="visually-hidden">{words.search}</span>
          <Icon name="search" />
          <input type="search" value={search} placeholder={words.searchHint} onChange={(event) => setSearch(event.target.value)} />
        </label>
      </div>
      <AudienceRows
        audience={audience}
        first={wanted ? 0 : first}
        limit={rowsShown}
        search={wanted}
        label={words.rows}
        notShown={words.notShown}
        none={words.none}
      />
      {!wanted && audience.size > rowsShown && (
        <div className="chooser" role="group" aria-label={words.pages}>
          <Button aria-disabled={first === 0} onClick={() => setFirst(Math.max(0, first - rowsShown))}>
            ‹ {words.before}
          </Button>
          <span className="hint">{words.shown(f.count(first + 1), f.count(last), f.count(audience.size))}</span>
          <Button aria-disabled={last >= audience.size} onClick={() => last < audience.size && setFirst(first + rowsShown)}>
            {words.after} ›
          </Button>
        </div>
      )}
      {asked && (
        <AudienceDialogs
          asked={asked}
          onClose={() => setAsked(null)}
          onDone={(said) => {
            setAsked(null);
            announce(said);
            if (asked.what === "remove") replace("lists");
            else if (asked.what === "split") go("lists");
          }}
        />
      )}
    </article>
  );
}
