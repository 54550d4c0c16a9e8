// What is done with an audience, or two: renamed, deleted, exported, combined, split.
import { useState } from "react";
import { spokenOf } from "../../api/client";
import type { Audience } from "../../api/types";
import { forgetAudience } from "../../components/audience_rows";
import { FormDialog } from "../../components/form_dialog";
import type { MenuItem } from "../../components/menu";
import { useNotices } from "../../components/notices";
import { QuestionDialog } from "../../components/question_dialog";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { mayOperate, useSession } from "../../session/session";
import { Field } from "../../components/field";
import { words as table } from "./words";

export type AskedOf =
  | { what: "rename" | "remove" | "split"; audience: Audience }
  | { what: "combine"; audiences: Audience[] };

/** The commands of one audience that this token may give. */
export function useAudienceMenu(ask: (what: AskedOf) => void): (audience: Audience) => MenuItem[] {
  const words = useViewWords(table).audiences;
  const { me } = useSession();
  const download = useExport();
  return (audience) =>
    mayOperate(me)
      ? [
          { id: "rename", label: words.rename, onSelect: () => ask({ what: "rename", audience }) },
          { id: "csv", label: words.exportCsv, onSelect: () => void download(audience, "csv") },
          { id: "jsonl", label: words.exportJson, onSelect: () => void download(audience, "jsonl") },
          { id: "split", label: words.split, onSelect: () => ask({ what: "split", audience }) },
          { id: "remove", label: words.remove, isDangerous: true, onSelect: () => ask({ what: "remove", audience }) },
        ]
      : [];
}

/** A link would not carry the token. */
function useExport() {
  const { client } = useSession();
  const words = useViewWords(table).audiences;
  const told = useSpoken();
  const { notify, dismiss } = useNotices();
  return async ({ id, name }: Audience, format: "csv" | "jsonl") => {
    dismiss(id);
    try {
      const answer = await client.fetch("GET", `/v1/audiences/${id}/export?format=${format}`);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = `${name.replace(/[\\/:*?"<>|\p{Cc}]/gu, "_")}.${format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (fault) {
      notify({ about: id, text: words.exportFailed(name, told(spokenOf(fault))) });
    }
  };
}

interface Props<Asked> {
  asked: Asked;
  onDone: (said: string) => void;
  onClose: () => void;
}

export function AudienceDialogs({ asked, ...rest }: Props<AskedOf>) {
  if (asked.what === "combine") return <CombineDialog asked={asked.audiences} {...rest} />;
  if (asked.what === "rename") return <RenameDialog asked={asked.audience} {...rest} />;
  if (asked.what === "split") return <SplitDialog asked={asked.audience} {...rest} />;
  return <RemoveDialog asked={asked.audience} {...rest} />;
}

function RenameDialog({ asked: audience, onDone, onClose }: Props<Audience>) {
  const words = useViewWords(table).rename;
  const { client } = useSession();
  const [name, setName] = useState(audience.name);
  return (
    <FormDialog
      title={words.title(audience.name)}
      act={words.act}
      isOff={!name.trim()}
      send={(idempotencyKey) => client.fetch("PATCH", `/v1/audiences/${audience.id}`, { body: { name: name.trim() }, idempotencyKey })}
      onDone={() => {
        forgetAudience(client, audience.id);
        onDone(words.done(name.trim()));
      }}
      onClose={onClose}
    >
      <NameField label={words.name} name={name} setName={setName} />
    </FormDialog>
  );
}

function NameField({ label, name, setName }: { label: string; name: string; setName: (next: string) => void }) {
  return (
    <Field label={label}>
      {(links) => <input {...links} type="text" dir="auto" value={name} onChange={(event) => setName(event.target.value)} />}
    </Field>
  );
}

function RemoveDialog({ asked: audience, onDone, onClose }: Props<Audience>) {
  const words = useViewWords(table).remove;
  const { card } = useWords();
  const { client } = useSession();
  return (
    <QuestionDialog
      title={words.title(audience.name)}
      name={words.name}
      act={words.act}
      command="remove"
      isDangerous
      send={async (idempotencyKey) => {
        await client.fetch("DELETE", `/v1/audiences/${audience.id}`, { idempotencyKey });
        return { changed: true };
      }}
      onDone={() => {
        forgetAudience(client, audience.id);
        onDone(words.done(audience.name));
      }}
      onClose={onClose}
    >
      <p>{words.text(card.recipients(audience.size))}</p>
      <p className="hint">{words.hint}</p>
    </QuestionDialog>
  );
}

/** One new audience, or several. */
type Derived = Audience | { items: Audience[] };

const namesOf = (derived: Derived) => ("items" in derived ? derived.items : [derived]).map((one) => one.name).join(", ");

function CombineDialog({ asked: [first, second], onDone, onClose }: Props<Audience[]>) {
  const words = useViewWords(table).combine;
  const { client } = useSession();
  const [chosen, setChosen] = useState(0);
  const [typed, setTyped] = useState<string | null>(null);
  if (!first || !second) return null;
  const a = first.name;
  const b = second.name;
  const ways = [
    { operation: "and", of: [first, second], label: words.and, name: words.names.and(a, b) },
    { operation: "or", of: [first, second], label: words.or, name: words.names.or(a, b) },
    { operation: "without", of: [first, second], label: words.without(a, b), name: words.names.without(a, b) },
    { operation: "without", of: [second, first], label: words.without(b, a), name: words.names.without(b, a) },
  ];
  const way = ways[chosen];
  if (!way) return null;
  const name = typed ?? way.name;
  const body = { name: name.trim(), from: { operation: way.operation, audiences: way.of.map((one) => one.id) } };
  return (
    <FormDialog
      title={words.title}
      act={words.act}
      isOff={!name.trim()}
      send={(idempotencyKey) => client.json<Derived>("POST", "/v1/audiences/derive", { body, idempotencyKey })}
      onDone={(made) => onDone(words.done(namesOf(made)))}
      onClose={onClose}
    >
      <fieldset className="choice">
        <legend>{words.who}</legend>
        {ways.map((one, at) => (
          <label key={one.label}>
            <input type="radio" name="operation" checked={at === chosen} onChange={() => setChosen(at)} />
            <span>{one.label}</span>
          </label>
        ))}
      </fieldset>
      <NameField label={words.name} name={name} setName={setTyped} />
    </FormDialog>
  );
}

/** "20, 80" → [20, 80]; nothing where that is no split of 100. */
function splitOf(text: string): number[] | null {
  const parts = text.split(",").map((one) => (/^\s*\d{1,2}\s*$/.test(one) ? Number(one) : 0));
  return parts.length > 1 && parts.every((one) => one > 0) && parts.reduce((sum, one) => sum + one, 0) === 100 ? parts : null;
}

function SplitDialog({ asked: audience, onDone, onClose }: Props<Audience>) {
  const words = useViewWords(table).split;
  const { done } = useViewWords(table).combine;
  const { client } = useSession();
  const [name, setName] = useState(audience.name);
  const [text, setText] = useState("50, 50");
  const split = splitOf(text);
  const body = { name: name.trim(), from: { audience: audience.id, split } };
  return (
    <FormDialog
      title={words.title(audience.name)}
      act={words.act}
      isOff={!split || !name.trim()}
      send={(idempotencyKey) => client.json<Derived>("POST", "/v1/audiences/derive", { body, idempotencyKey })}
      onDone={(made) => onDone(done(namesOf(made)))}
      onClose={onClose}
    >
      <Field label={words.parts} hint={words.partsHint} fault={split ? null : words.wrong}>
        {(links) => <input {...links} type="text" value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <NameField label={words.name} name={name} setName={setName} />
    </FormDialog>
  );
}
