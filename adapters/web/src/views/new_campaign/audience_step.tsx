// To whom: a file, or an audience that there is.
import { useRef, useState } from "react";
import type { Audience, ImportReport, Page } from "../../api/types";
import { Button } from "../../components/button";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { ChosenAudience } from "./chosen_audience";
import { AudienceUpload } from "./audience_upload";
import { Field } from "../../components/field";
import { importReports } from "./import_reports";
import { useAsked } from "../../stream/use_asked";
import type { StepProps } from "./wizard";
import { words as table } from "./words";
import "./audience_step.css";

export function AudienceStep({ keeper, form }: StepProps) {
  const words = useViewWords(table).audience;
  const [isOther, setIsOther] = useState(form.audience === "");
  // Whatever was clicked here is gone then; the focus goes on with what took its place.
  const wasHere = useRef(false);
  const turn = (toOther: boolean) => {
    wasHere.current = true;
    setIsOther(toOther);
  };
  const choose = (id: string, column?: string) => {
    const { attachments } = keeper.form;
    const isNew = column !== undefined && !attachments.some((one) => one.column === column);
    keeper.change({ audience: id, ...(isNew && { attachments: [...attachments, { column }] }) });
    turn(false);
  };
  if (form.audience && !isOther)
    return (
      <>
        <ChosenAudience id={form.audience} report={importReports.get(form.audience)} takesFocus={wasHere.current} />
        <p>
          <Button onClick={() => turn(true)}>{words.other}</Button>
        </p>
      </>
    );
  return (
    <>
      <AudienceUpload
        takesFocus={wasHere.current}
        onImported={(done: ImportReport, column) => {
          importReports.keep(done);
          choose(done.id, column);
        }}
      />
      <ChooseAudience onChosen={choose} />
      {form.audience && (
        <p>
          <Button look="quiet" onClick={() => turn(false)}>
            {words.keep}
          </Button>
        </p>
      )}
    </>
  );
}

function ChooseAudience({ onChosen }: { onChosen: (id: string) => void }) {
  const words = useViewWords(table).audience;
  const { card, formats: f } = useWords();
  const { client } = useSession();
  const [chosen, setChosen] = useState("");
  const { answer } = useAsked("audiences", (signal) => client.json<Page<Audience>>("GET", "/v1/audiences", { signal }));
  const audiences = [...(answer?.items ?? [])].reverse();
  if (audiences.length === 0) return null;
  return (
    <div className="choose-audience">
      <Field label={words.choose}>
        {(links) => (
          <select {...links} value={chosen} onChange={(event) => setChosen(event.target.value)}>
            <option value="">{words.none}</option>
            {audiences.map((one) => (
              <option key={one.id} value={one.id}>
                {`${one.name} · ${card.recipients(one.size)} · ${f.near(one.created_at)}`}
              </option>
            ))}
          </select>
        )}
      </Field>
      {/* An arrow key already changes a select: it only chooses, the button takes. */}
      <Button aria-disabled={chosen === ""} onClick={() => chosen && onChosen(chosen)}>
        {words.take}
      </Button>
    </div>
  );
}
