// A look at the audience: who is in it, page by page.
import { useState } from "react";
import type { Audience, AudienceRow, Campaign, Page } from "../../api/types";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { words as table } from "./words";

const rowsShown = 20;

export function AudienceLook({ audience }: { audience: NonNullable<Campaign["audience"]> }) {
  const words = useViewWords(table);
  const { formats: f, card } = useWords();
  const { client } = useSession();
  const told = useSpoken();
  const [first, setFirst] = useState(0);
  const path = `/v1/audiences/${audience.id}`;
  const { answer: whole } = useAsked(path, (signal) => client.json<Audience>("GET", path, { signal }));
  const { answer: rows, fault } = useAsked(
    `${path} ${first}`,
    (signal) => client.json<Page<AudienceRow>>("GET", `${path}/rows?first=${first}&limit=${rowsShown}`, { signal }),
    0,
  );
  const columns = whole?.columns.filter((one) => one !== "email") ?? [];
  const last = Math.min(first + rowsShown, audience.size);
  return (
    <section className="look" aria-labelledby="audience-title">
      <header>
        <h3 id="audience-title">
          {words.audience}: <bdi>{audience.name}</bdi>
        </h3>
      </header>
      <p className="hint">
        {card.recipients(audience.size)}
        {whole && ` · ${words.roleAddresses(whole.role_addresses)} · ${words.imported(f.near(whole.created_at))}`}
      </p>
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {words.notShown(told(fault))}
        </p>
      )}
      {rows && whole && (
        <div className="rows-frame" tabIndex={0} role="region" aria-labelledby="audience-title">
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
                      <bdi>{row.fields?.[one] ?? ""}</bdi>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {audience.size > rowsShown && (
        <div className="chooser" role="group" aria-label={words.rows}>
          <Button aria-disabled={first === 0} onClick={() => setFirst(Math.max(0, first - rowsShown))}>
            ‹ {words.rowsBefore}
          </Button>
          <span className="hint">{words.rowsShown(f.count(first + 1), f.count(last), f.count(audience.size))}</span>
          <Button aria-disabled={last >= audience.size} onClick={() => last < audience.size && setFirst(first + rowsShown)}>
            {words.rowsAfter} ›
          </Button>
        </div>
      )}
    </section>
  );
}
