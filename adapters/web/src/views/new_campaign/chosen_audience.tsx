// The audience that was chosen: how many, the first rows; after an import also what was left out and why.
import { useEffect, useRef } from "react";
import type { ImportReport } from "../../api/types";
import { AudienceRows, useAudience } from "../../components/audience_rows";
import { Icon } from "../../components/icons";
import { LeftOut } from "../../components/left_out";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { words as table } from "./words";

const rowsShown = 8;

interface Props {
  id: string;
  report: ImportReport | null;
  /** What had the focus was replaced by this. */
  takesFocus: boolean;
}

export function ChosenAudience({ id, report, takesFocus }: Props) {
  const { audience: words, files } = useViewWords(table);
  const { card } = useWords();
  const audience = useAudience(id);
  const facts = useRef<HTMLParagraphElement>(null);
  const isThere = audience !== null;
  useEffect(() => {
    if (takesFocus && isThere) facts.current?.focus();
  }, [takesFocus, isThere]);
  if (!audience) return null;
  return (
    <>
      <p className="audience-facts" ref={facts} tabIndex={-1}>
        <Icon name="check" />
        <b dir="auto">{audience.name}</b> · {card.recipients(audience.size)}
      </p>
      {report?.files && <p className="hint">{files.taken(report.files.count, report.files.column)}</p>}
      {report && (
        <LeftOut
          total={report.left_out_total}
          reasons={report.left_out_notices}
          rows={report.left_out}
          notices={report.notices ?? report.read?.notices ?? []}
          isOpen
        />
      )}
      <AudienceRows audience={audience} limit={rowsShown} label={words.firstRows} notShown={words.rowsNotShown} />
    </>
  );
}
