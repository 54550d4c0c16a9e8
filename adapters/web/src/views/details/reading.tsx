// What a tab has asked for: being read, read, or the fault with a way to try again.
import { useState, type ReactNode } from "react";
import type { ApiError } from "../../api/client";
import type { Campaign, Page } from "../../api/types";
import { Button } from "../../components/button";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { useSlowly } from "../../stream/use_slowly";
import { words as table } from "./words";

type Get = <Answer>(path: string) => Promise<Answer>;

/** What `read` reads from behind /v1/campaigns/{id}/, as `question` says it; again as the campaign changes. */
function useReading<Answer>(campaign: Campaign, question: string, read: (get: Get) => Promise<Answer>) {
  const { client } = useSession();
  const [attempt, setAttempt] = useState(0);
  // What falls due while nothing is sent is no event.
  const version = useSlowly(`${campaign.version} ${campaign.counts.due}`);
  const root = `/v1/campaigns/${encodeURIComponent(campaign.id)}`;
  const asked = useAsked(
    `${root} ${question} ${version} ${attempt}`,
    (signal) => read((path) => client.json("GET", `${root}/${path}`, { signal })),
    150,
  );
  return { ...asked, retry: () => setAttempt((old) => old + 1) };
}

export function useRead<Answer>(campaign: Campaign, path: string) {
  return useReading<Answer>(campaign, path, (get) => get(path));
}

/** The engine gives so many of a list at a time. */
const pageMax = 10_000;

/** The first `wanted` of the list `name`, in as many pages as it takes; `next` says that there are more. */
export function useReadList<Item>(campaign: Campaign, name: string, filter: Record<string, string>, wanted: number) {
  const query = new URLSearchParams(filter);
  return useReading<Page<Item>>(campaign, `${name} ${query} ${wanted}`, async (get) => {
    const items: Item[] = [];
    for (;;) {
      query.set("limit", String(Math.min(wanted - items.length, pageMax)));
      const page = await get<Page<Item>>(`${name}?${query}`);
      items.push(...page.items);
      if (page.next === null || items.length >= wanted) return { items, next: page.next };
      query.set("after", page.next);
    }
  });
}

interface Props<Answer> {
  asked: { answer: Answer | null; fault: ApiError | null; retry: () => void };
  children: (answer: Answer) => ReactNode;
}

export function Reading<Answer>({ asked, children }: Props<Answer>) {
  const told = useSpoken();
  const words = useViewWords(table);
  return (
    <>
      {asked.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <span>{words.failed(told(asked.fault))}</span>
          <Button onClick={asked.retry}>{words.again}</Button>
        </p>
      )}
      {asked.answer !== null ? children(asked.answer) : !asked.fault && <p className="hint">{words.reading}</p>}
    </>
  );
}
