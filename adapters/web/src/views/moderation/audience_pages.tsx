// Who is in the audience, page by page.
import { useState } from "react";
import type { Campaign } from "../../api/types";
import { AudienceRows, useAudience } from "../../components/audience_rows";
import { ImportOf } from "../../components/left_out";
import { Button } from "../../components/button";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { words as table } from "./words";

const rowsShown = 20;

export function AudiencePages({ audience }: { audience: NonNullable<Campaign["audience"]> }) {
  const words = useViewWords(table);
  const { formats: f, card } = useWords();
  const [first, setFirst] = useState(0);
  const whole = useAudience(audience.id);
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
      {whole && <ImportOf audience={whole} />}
      {whole && (
        <AudienceRows audience={whole} first={first} limit={rowsShown} label={`${words.audience}: ${audience.name}`} notShown={words.notShown} />
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
