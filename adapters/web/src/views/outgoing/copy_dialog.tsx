// A new draft with what a campaign has: for the same audience, or for those of it with whom it came to nothing.
import { useState } from "react";
import type { Campaign } from "../../api/types";
import { Field } from "../../components/field";
import { FormDialog } from "../../components/form_dialog";
import { useViewWords } from "../../i18n/view_words";
import { go } from "../../route";
import { useSession } from "../../session/session";
import { copyWords as table } from "./copy_words";

const outcomes = ["refused", "skipped", "not_sent", "in_doubt"] as const;
type Outcome = (typeof outcomes)[number];

/** How many letters had each outcome that can be chosen: while it still sends, what is left is no outcome. */
function countsOf({ status, counts }: Campaign): [Outcome, number][] {
  const isFinal = ["sent", "cancelled", "rejected"].includes(status);
  const all: Record<Outcome, number> = {
    refused: counts.refused,
    skipped: counts.skipped,
    not_sent: isFinal ? counts.pending + counts.deferred : 0,
    in_doubt: isFinal ? counts.in_doubt : 0,
  };
  return outcomes.map((one): [Outcome, number] => [one, all[one]]).filter(([, count]) => count > 0);
}

export default function CopyDialog({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const words = useViewWords(table);
  const { client } = useSession();
  const [name, setName] = useState(words.nameOf(campaign.name));
  const [isForSome, setIsForSome] = useState(false);
  const [chosen, setChosen] = useState<Outcome[]>([]);
  const offered = countsOf(campaign);
  const body = { name: name.trim(), ...(isForSome && { outcomes: chosen }) };
  return (
    <FormDialog
      title={words.title(campaign.name)}
      act={words.act}
      isOff={!name.trim() || (isForSome && chosen.length === 0)}
      send={(idempotencyKey) => client.json<Campaign>("POST", `/v1/campaigns/${encodeURIComponent(campaign.id)}/copy`, { body, idempotencyKey })}
      onDone={({ id }) => {
        onClose();
        go("new", id);
      }}
      onClose={onClose}
    >
      <Field label={words.name}>
        {(links) => <input {...links} type="text" dir="auto" value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      {offered.length > 0 && (
        <fieldset className="choice">
          <legend>{words.who}</legend>
          <label>
            <input type="radio" name="who" checked={!isForSome} onChange={() => setIsForSome(false)} />
            <span>{words.same}</span>
          </label>
          <label>
            <input type="radio" name="who" checked={isForSome} onChange={() => setIsForSome(true)} />
            <span>{words.some}</span>
          </label>
          {isForSome && (
            <div className="choice choice-inner" role="group" aria-label={words.some}>
              {offered.map(([outcome, count]) => (
                <label key={outcome}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(outcome)}
                    onChange={(event) => setChosen((old) => outcomes.filter((one) => (one === outcome ? event.target.checked : old.includes(one))))}
                  />
                  <span>{words.outcomes[outcome](count)}</span>
                </label>
              ))}
            </div>
          )}
        </fieldset>
      )}
    </FormDialog>
  );
}
