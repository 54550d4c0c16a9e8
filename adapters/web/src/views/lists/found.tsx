// A list that is asked for page by page, with a search; and what stands there while it is empty.
import { useState, type ReactNode } from "react";
import type { Page } from "../../api/types";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { words as table } from "./words";

/** So many are shown at first, and more on demand. */
const pageSize = 100;
/** The engine gives so many of a list at a time. */
const pageMax = 1000;

export interface Found<Item> {
  search: string;
  setSearch: (next: string) => void;
  items: Item[] | null;
  fault: ReturnType<typeof useAsked>["fault"];
  hasMore: boolean;
  showMore: () => void;
  /** Asks again: something was changed. */
  renew: () => void;
}

/** The engine lists the oldest first: with `isNewestFirst` all are read, and turned round. */
export function useFound<Item>(path: string, isNewestFirst = false): Found<Item> {
  const { client } = useSession();
  const [search, setSearch] = useState("");
  const [wanted, setWanted] = useState(pageSize);
  const [round, setRound] = useState(0);
  const words = search.trim();
  const read = isNewestFirst ? Infinity : wanted;
  const { answer, fault } = useAsked(`${path} ${words} ${read} ${round}`, async (signal) => {
    const items: Item[] = [];
    const query = new URLSearchParams(words ? { q: words } : {});
    for (;;) {
      query.set("limit", String(Math.min(read - items.length, pageMax)));
      const page = await client.json<Page<Item>>("GET", `${path}?${query}`, { signal });
      items.push(...page.items);
      if (!page.next || items.length >= read) return { items: isNewestFirst ? items.reverse() : items, hasMore: Boolean(page.next) };
      query.set("after", page.next);
    }
  });
  return {
    search,
    setSearch: (next) => {
      setSearch(next);
      setWanted(pageSize);
    },
    items: answer?.items.slice(0, wanted) ?? null,
    fault,
    hasMore: answer !== null && (answer.hasMore || answer.items.length > wanted),
    showMore: () => setWanted((old) => old + pageSize),
    renew: () => setRound((old) => old + 1),
  };
}

interface Props<Item> {
  found: Found<Item>;
  searchHint: string;
  /** Beside the search. */
  tools?: ReactNode;
  count: (n: number) => string;
  none: [string, string];
  noMatch: [string, string];
  children: (items: Item[]) => ReactNode;
}

export function FoundList<Item>({ found, searchHint, tools, count, none, noMatch, children }: Props<Item>) {
  const words = useViewWords(table);
  const told = useSpoken();
  const { items, fault } = found;
  const [title, text] = found.search.trim() ? noMatch : none;
  return (
    <>
      <div className="tools" role="search">
        <label className="search">
          <span className="visually-hidden">{words.search}</span>
          <Icon name="search" />
          <input type="search" value={found.search} placeholder={searchHint} onChange={(event) => found.setSearch(event.target.value)} />
        </label>
        {tools}
      </div>
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <span>{words.failed(told(fault))}</span>
          <Button onClick={found.renew}>{words.again}</Button>
        </p>
      )}
      {items && (
        <>
          <div className="list-head">
            <span className="list-count">{count(items.length) + (found.hasMore ? " +" : "")}</span>
          </div>
          {items.length > 0 ? (
            children(items)
          ) : (
            <div className="empty">
              <Icon name={found.search.trim() ? "search" : "mail"} />
              <h2>{title}</h2>
              <p>{text}</p>
            </div>
          )}
          {found.hasMore && <Button onClick={found.showMore}>{words.more}</Button>}
        </>
      )}
    </>
  );
}
