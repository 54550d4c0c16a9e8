// An audience: what it is, asked for once, and a table of its rows.
import type { ApiError, Client } from "../api/client";
import type { Audience, AudienceRow, Page } from "../api/types";
import { useSpoken } from "../i18n/use_spoken";
import { useWords } from "../i18n/words";
import { useSession } from "../session/session";
import { useAsked } from "../stream/use_asked";

/** Its rows never change; whoever changes its name forgets it. */
const known = new WeakMap<Client, Map<string, Audience>>();

export function useAudience(id: string): Audience | null {
  return useAudienceOrFault(id).audience;
}

export function useAudienceOrFault(id: string): { audience: Audience | null; fault: ApiError | null } {
  const { client } = useSession();
  const here = known.get(client)?.get(id);
  const asked = useAsked(id && !here ? id : null, async (signal) => {
    const found = await client.json<Audience>("GET", `/v1/audiences/${id}`, { signal });
    known.set(client, (known.get(client) ?? new Map<string, Audience>()).set(id, found));
    return found;
  });
  return { audience: here ?? (asked.answer?.id === id ? asked.answer : null), fault: asked.fault };
}

export function forgetAudience(client: Client, id: string): void {
  known.get(client)?.delete(id);
}

/** A search may look at a part of a long list only, and say where to go on. */
async function readRows(
  client: Client,
  path: string,
  { first, limit, search }: { first: number; limit: number; search: string },
  signal: AbortSignal,
): Promise<Pick<Page<AudienceRow>, "items">> {
  const items: AudienceRow[] = [];
  for (let from = String(first); ; ) {
    const query = new URLSearchParams({ first: from, limit: String(limit - items.length), ...(search && { q: search }) });
    const page = await client.json<Page<AudienceRow>>("GET", `${path}?${query}`, { signal });
    items.push(...page.items);
    if (!search || !page.next || items.length >= limit) return { items };
    from = page.next;
  }
}

/** A list or an object as JSON. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}

interface Props {
  audience: Audience;
  first?: number;
  limit: number;
  /** Only those that have this in their address. */
  search?: string;
  /** Said where there is none. */
  none?: string;
  /** What the table is of, for who does not see it. */
  label: string;
  notShown: (why: string) => string;
}

export function AudienceRows({ audience, first = 0, limit, search = "", none = "", label, notShown }: Props) {
  const { formats: f } = useWords();
  const { client } = useSession();
  const told = useSpoken();
  const path = `/v1/audiences/${audience.id}/rows`;
  const question = `${path} ${first} ${limit} ${search}`;
  const { answer: rows, fault } = useAsked(question, (signal) => readRows(client, path, { first, limit, search }, signal), search ? 200 : 0);
  const columns = audience.columns.filter((one) => one !== "email");
  if (fault)
    return (
      <p className="notice" data-kind="trouble" role="alert">
        {notShown(told(fault))}
      </p>
    );
  if (!rows) return null;
  if (rows.items.length === 0 && none) return <p className="hint">{none}</p>;
  return (
    <div className="rows-frame" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">№</th>
            <th scope="col">email</th>
            {columns.map((one) => (
              <th key={one} scope="col">
                <bdi>{one}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.items.map((row) => (
            <tr key={row.index}>
              <td className="number">{f.count(row.index + 1)}</td>
              <th scope="row">
                <bdi>{row.email}</bdi>
              </th>
              {columns.map((one) => (
                <td key={one}>
                  <bdi>{textOf(row.fields?.[one])}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
