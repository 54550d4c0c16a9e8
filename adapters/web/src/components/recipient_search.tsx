// Finds a recipient by a part of the address; the browser's own list offers the first that fit.
import { useEffect, useId, useState, type FormEvent } from "react";
import type { Campaign, LetterRow, Page } from "../api/types";
import { useSpoken } from "../i18n/use_spoken";
import { useViewWords } from "../i18n/view_words";
import { useSession } from "../session/session";
import { useAsked } from "../stream/use_asked";
import { useAnnounce } from "./announcer";

const table = {
  en: { find: "Find a recipient", hint: "Part of an address", none: "No address has this in it.", shown: (to: string) => `Shown for ${to}` },
  ru: { find: "Найти получателя", hint: "Часть адреса", none: "Такого адреса нет.", shown: (to: string) => `Показано для ${to}` },
};

const offeredMax = 8;
const quietMs = 150;

export function RecipientSearch({ campaign, setIndex }: { campaign: Campaign; setIndex: (to: number) => void }) {
  const words = useViewWords(table);
  const { client } = useSession();
  const told = useSpoken();
  const announce = useAnnounce();
  const id = useId();
  const [typed, setTyped] = useState("");
  const wanted = typed.trim();
  const query = new URLSearchParams({ q: wanted, limit: String(offeredMax) });
  const path = `/v1/campaigns/${encodeURIComponent(campaign.id)}/letters?${query}`;
  const ask = (signal?: AbortSignal) => client.json<Page<LetterRow>>("GET", path, signal ? { signal } : {});
  const { answer, fault, isOld } = useAsked(wanted ? path : null, ask, quietMs);
  const found = wanted && answer ? answer.items : [];

  const show = (letter: LetterRow) => {
    setIndex(letter.index);
    announce(words.shown(letter.email));
  };
  // A whole address, typed or chosen from the list that is offered, needs no Enter.
  const whole = isOld ? undefined : found.find((one) => one.email.toLowerCase() === wanted.toLowerCase());
  useEffect(() => {
    if (whole) show(whole);
  }, [whole?.index]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const first = isOld ? null : found[0];
    if (first) show(first);
    // The list is not there yet; a fault is told by the search itself.
    else if (wanted) void ask().then((page) => page.items[0] && show(page.items[0]), () => {});
  };
  return (
    <form className="recipient-search" role="search" onSubmit={submit}>
      <label className="visually-hidden" htmlFor={`${id}-field`}>
        {words.find}
      </label>
      <input
        id={`${id}-field`}
        type="search"
        list={`${id}-offered`}
        value={typed}
        placeholder={words.hint}
        onChange={(event) => setTyped(event.target.value)}
      />
      <datalist id={`${id}-offered`}>
        {found.map((one) => (
          <option key={one.index} value={one.email} />
        ))}
      </datalist>
      {wanted && !isOld && (fault || found.length === 0) && (
        <span className="hint" role="status">
          {fault ? told(fault) : words.none}
        </span>
      )}
    </form>
  );
}
