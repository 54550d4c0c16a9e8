// The list under a tab: tools above, cards below. Only as many cards are made as were scrolled to.
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { useWords } from "../../i18n/words";
import { mayOperate, useSession } from "../../session/session";
import { useCampaigns, useConnection } from "../../stream/hooks";
import { BulkBar } from "./bulk_bar";
import { CampaignCard } from "./campaign_card";
import { useFocusAfter, useFocusKept } from "./use_focus_kept";
import { listed, sortings, statusesUnder, type Filter, type Sorting, type Tab } from "./listing";

/** So many cards are made in one go, and no more: each costs a millisecond or two, and a frame has sixteen. */
const cardsAtFirst = 6;
const cardsMore = 4;
const noFilter: Filter = { search: "", status: "", sorting: "changed" };

export function CampaignList({ tab, onDetails }: { tab: Tab; onDetails: (id: string, tab?: string) => void }) {
  const words = useWords();
  const { me } = useSession();
  const all = useCampaigns();
  const connection = useConnection();
  const [filter, setFilterAlone] = useState(noFilter);
  const wanted = useDeferredValue(filter);
  const shown = useMemo(() => listed(all, tab, wanted), [all, tab, wanted]);
  const isUnknown = shown.length === 0 && connection.state === "opening";
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [limit, setLimit] = useState(cardsAtFirst);
  const setFilter = useCallback((next: Filter) => {
    setFilterAlone(next);
    // Another list: what had been scrolled to in the old one is not made anew.
    setLimit(cardsAtFirst);
  }, []);
  const select = useCallback((id: string, isSelected: boolean) => {
    setSelected((old) => {
      const next = new Set(old);
      if (isSelected) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  const canSelect = mayOperate(me) && tab !== "finished";
  const selectedShown = shown.filter((one) => selected.has(one.id)).map((one) => one.id);
  const focusKept = useFocusKept(shown.map((one) => one.id));
  const selectAll = useRef<HTMLInputElement>(null);
  useFocusAfter(selectedShown.length > 0, selectAll);
  const showMore = useCallback(() => setLimit((old) => old + cardsMore), []);

  return (
    <>
      <ListTools {...{ tab, filter, setFilter }} />
      <div className="list-head">
        {canSelect && shown.length > 1 && (
          <label>
            <input
              ref={selectAll}
              type="checkbox"
              checked={selectedShown.length === shown.length}
              onChange={(event) => setSelected(event.target.checked ? new Set(shown.map((one) => one.id)) : new Set())}
            />
            {words.list.selectAll}
          </label>
        )}
        <span className="list-count">{isUnknown ? "\u00a0" : words.list.shown(shown.length)}</span>
      </div>
      {shown.length > 0 ? (
        <ul className="cards" {...focusKept}>
          {shown.slice(0, limit).map((one) => (
            <CampaignCard
              key={one.id}
              id={one.id}
              isSelected={selected.has(one.id)}
              onSelect={canSelect ? select : null}
              onDetails={onDetails}
            />
          ))}
        </ul>
      ) : (
        connection.state !== "opening" && (
          <Empty tab={tab} isFiltered={wanted.search !== "" || wanted.status !== ""} onReset={() => setFilter(noFilter)} />
        )
      )}
      {shown.length > limit && <MoreWhenSeen onSeen={showMore} />}
      {selectedShown.length > 0 && <BulkBar selected={selectedShown} onClear={() => setSelected(new Set())} />}
    </>
  );
}

function ListTools({ tab, filter, setFilter }: { tab: Tab; filter: Filter; setFilter: (next: Filter) => void }) {
  const words = useWords();
  const statuses = statusesUnder(tab);
  return (
    <div className="tools" role="search">
      <label className="search">
        <span className="visually-hidden">{words.list.search}</span>
        <Icon name="search" />
        <input
          type="search"
          value={filter.search}
          placeholder={words.list.searchHint}
          onChange={(event) => setFilter({ ...filter, search: event.target.value })}
        />
      </label>
      {statuses.length > 1 && (
        <label>
          <span>{words.list.status}</span>
          <select
            value={filter.status}
            onChange={(event) => setFilter({ ...filter, status: event.target.value as Filter["status"] })}
          >
            <option value="">{words.list.allStatuses}</option>
            {statuses.map((status) => (
              <option key={status} value={status}>
                {words.status[status]}
              </option>
            ))}
          </select>
        </label>
      )}
      {tab !== "moderation" && (
        <label>
          <span>{words.list.sort}</span>
          <select
            value={filter.sorting}
            onChange={(event) => setFilter({ ...filter, sorting: event.target.value as Sorting })}
          >
            {sortings.map((one) => (
              <option key={one} value={one}>
                {words.list.sorts[one]}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

export function Empty({ tab, isFiltered, onReset }: { tab: Tab; isFiltered: boolean; onReset: () => void }) {
  const words = useWords();
  const [title, text] = isFiltered ? words.list.noMatch : words.list.empty[tab];
  return (
    <div className="empty">
      <Icon name={isFiltered ? "search" : "mail"} />
      <h2>{title}</h2>
      <p>{text}</p>
      {isFiltered && <Button onClick={onReset}>{words.list.resetFilters}</Button>}
    </div>
  );
}

/** The end of what is there: when it nears the window, more is asked for. */
function MoreWhenSeen({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && onSeen(), {
      rootMargin: "800px",
    });
    if (mark.current) watch.observe(mark.current);
    return () => watch.disconnect();
  }); // after every drawing: an observer tells of changes only, and the end may be in sight still
  return <div ref={mark} className="more" />;
}
