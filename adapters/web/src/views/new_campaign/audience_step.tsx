// To whom: a file, or an audience that there is.
import { useState } from "react";
import type { Audience, ImportReport, Page } from "../../api/types";
import { Button } from "../../components/button";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { AudienceLook } from "./audience_look";
import { AudienceUpload } from "./audience_upload";
import { Field } from "./field";
import { useAsked } from "./use_asked";
import type { StepProps } from "./wizard";
import { words as table } from "./words";

export function AudienceStep({ keeper, form }: StepProps) {
  const words = useViewWords(table);
  const [isOther, setIsOther] = useState(form.audience === "");
  const [report, setReport] = useState<ImportReport | null>(null);
  const choose = (id: string) => {
    keeper.change({ audience: id });
    setIsOther(id === "");
  };
  if (form.audience && !isOther)
    return (
      <>
        <AudienceLook id={form.audience} report={report?.id === form.audience ? report : null} />
        <p>
          <Button onClick={() => setIsOther(true)}>{words.audience.other}</Button>
        </p>
      </>
    );
  return (
    <>
      <AudienceUpload
        onImported={(done) => {
          setReport(done);
          choose(done.id);
        }}
      />
      <ChooseAudience chosen={form.audience} onChosen={choose} />
      {form.audience && (
        <p>
          <Button look="quiet" onClick={() => setIsOther(false)}>
            {words.audience.keep}
          </Button>
        </p>
      )}
    </>
  );
}

function ChooseAudience({ chosen, onChosen }: { chosen: string; onChosen: (id: string) => void }) {
  const words = useViewWords(table);
  const { card, formats: f } = useWords();
  const { client } = useSession();
  const { answer } = useAsked("audiences", (signal) => client.json<Page<Audience>>("GET", "/v1/audiences", { signal }));
  const audiences = (answer?.items ?? []).toReversed();
  if (audiences.length === 0) return null;
  return (
    <Field label={words.audience.choose}>
      {(links) => (
        <select {...links} value={chosen} onChange={(event) => onChosen(event.target.value)}>
          <option value="">{words.audience.none}</option>
          {audiences.map((one) => (
            <option key={one.id} value={one.id}>
              {`${one.name} · ${card.recipients(one.size)} · ${f.near(one.created_at)}`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
