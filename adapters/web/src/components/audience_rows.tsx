// An audience: what it is, asked for once, and a table of its rows.
import type { Client } from "../api/client";
import type { Audience, AudienceRow, Page } from "../api/types";
import { useSpoken } from "../i18n/use_spoken";
import { useWords } from "../i18n/words";
import { useSession } from "../session/session";
import { useAsked } from "../stream/use_asked";

/** An audience never changes. */
const known = new WeakMap<Client, Map<string, Audience>>();

export function useAudience(id: string): Audience | null {
  const { client } = useSession();
  const here = known.get(client)?.get(id);
  const asked = useAsked(id && !here ? id : null, async (signal) => {
    const found = await client.json<Audience>("GET", `/v1/audiences/${id}`, { signal });
    known.set(client, (known.get(client) ?? new Map<string, Audience>()).set(id, found));
    return found;
  });
  return here ?? (asked.answer?.id === id ? asked.answer : null);
}

/** A list or an object as JSON. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}

interface Props {
  audience: Audience;
  first?: number;
  limit: number;
  /** What the table is of, for who does not see it. */
  label: string;
  notShown: (why: string) => string;
}

export function AudienceRows({ audience, first = 0, limit, label, notShown }: Props) {
  const { formats: f } = useWords();
  const { client } = useSession();
  const told = useSpoken();
  const path = `/v1/audiences/${audience.id}/rows?first=${first}&limit=${limit}`;
  const { answer: rows, fault } = useAsked(path, (signal) => client.json<Page<AudienceRow>>("GET", path, { signal }), 0);
  const columns = audience.columns.filter((one) => one !== "email");
  if (fault)
    return (
      <p className="notice" data-kind="trouble" role="alert">
        {notShown(told(fault))}
      </p>
    );
  if (!rows) return null;
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
