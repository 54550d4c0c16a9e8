// Who gets no letter: the list, with a search; added to and taken from by hand.
import { useRef, useState } from "react";
import type { Suppression } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { giveFocus } from "../../components/focus_left";
import { FormDialog } from "../../components/form_dialog";
import { Icon } from "../../components/icons";
import { QuestionDialog } from "../../components/question_dialog";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { mayOperate, useSession } from "../../session/session";
import { Field } from "../../components/field";
import { FoundList, useFound } from "./found";
import { words as table } from "./words";

export function Suppressions() {
  const words = useViewWords(table).suppressions;
  const { formats: f } = useWords();
  const { me } = useSession();
  const announce = useAnnounce();
  const found = useFound<Suppression>("/v1/suppressions");
  const [isAdding, setIsAdding] = useState(false);
  const [leaving, setLeaving] = useState<Suppression | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const mayChange = mayOperate(me);
  const done = (said: string) => {
    setIsAdding(false);
    setLeaving(null);
    announce(said);
    found.renew();
  };
  const columns = (["who", "reason", "list", "since", "until"] as const).map((one) => words.columns[one]);
  return (
    <>
      <p className="hint">{words.intro}</p>
      <FoundList
        found={found}
        searchHint={words.searchHint}
        count={words.shown}
        none={words.none}
        noMatch={words.noMatch}
        tools={
          mayChange && (
            <Button look="primary" onClick={() => setIsAdding(true)}>
              <Icon name="plus" />
              {words.add}
            </Button>
          )
        }
      >
        {(items) => (
          <div className="rows-frame" data-look="tall" tabIndex={0} role="region" aria-label={words.addTitle} ref={frame}>
            <table>
              <thead>
                <tr>
                  {columns.map((one) => (
                    <th key={one} scope="col">
                      {one}
                    </th>
                  ))}
                  {mayChange && <th scope="col" aria-label={words.remove} />}
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={`${one.list ?? ""} ${one.email}`}>
                    <th scope="row">
                      <bdi>{one.email}</bdi>
                    </th>
                    <td>
                      <bdi>{words.reasons[one.reason] ?? one.reason}</bdi>
                    </td>
                    <td>{one.list ? <bdi>{one.list}</bdi> : words.allLists}</td>
                    <td>{f.near(one.since)}</td>
                    <td>{one.until ? f.near(one.until) : words.forGood}</td>
                    {mayChange && (
                      <td>
                        <Button look="quiet" aria-label={words.removeLabel(one.email)} onClick={() => setLeaving(one)}>
                          {words.remove}
                        </Button>
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </FoundList>
      {isAdding && <AddDialog onDone={done} onClose={() => setIsAdding(false)} />}
      {leaving && (
        <RemoveDialog
          entry={leaving}
          onDone={(said) => {
            done(said);
            requestAnimationFrame(() => giveFocus(frame.current));
          }}
          onClose={() => setLeaving(null)}
        />
      )}
    </>
  );
}

interface DialogProps {
  onDone: (said: string) => void;
  onClose: () => void;
}

function AddDialog({ onDone, onClose }: DialogProps) {
  const words = useViewWords(table).suppressions;
  const { client } = useSession();
  const [email, setEmail] = useState("");
  const [list, setList] = useState("");
  const [until, setUntil] = useState("");
  const at = new Date(until);
  const body = {
    email: email.trim(),
    reason: "operator",
    ...(list.trim() && { list: list.trim() }),
    ...(!Number.isNaN(at.getTime()) && { until: at.toISOString() }),
  };
  return (
    <FormDialog
      title={words.addTitle}
      act={words.addAct}
      isOff={!email.trim()}
      send={(idempotencyKey) => client.json<{ added: number }>("POST", "/v1/suppressions", { body, idempotencyKey })}
      onDone={({ added }) => onDone(added > 0 ? words.added(body.email) : words.there(body.email))}
      onClose={onClose}
    >
      <Field label={words.address} hint={words.addressHint}>
        {(links) => (
          <input {...links} type="text" dir="auto" autoComplete="off" spellCheck={false} value={email} onChange={(event) => setEmail(event.target.value)} />
        )}
      </Field>
      <Field label={words.list} hint={words.listHint}>
        {(links) => <input {...links} type="text" dir="auto" value={list} onChange={(event) => setList(event.target.value)} />}
      </Field>
      <Field label={words.until} hint={words.untilHint}>
        {(links) => <input {...links} type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />}
      </Field>
    </FormDialog>
  );
}

function RemoveDialog({ entry, onDone, onClose }: DialogProps & { entry: Suppression }) {
  const words = useViewWords(table).suppressions;
  const { client } = useSession();
  const body = { email: entry.email, ...(entry.list && { list: entry.list }) };
  return (
    <QuestionDialog
      title={words.removeTitle(entry.email)}
      name={words.removeName}
      act={words.remove}
      command="remove"
      isDangerous={false}
      send={async (idempotencyKey) => {
        await client.fetch("DELETE", "/v1/suppressions", { body, idempotencyKey });
        return { changed: true };
      }}
      onDone={() => onDone(words.removed(entry.email))}
      onClose={onClose}
    >
      <p>{words.removeText(entry.email)}</p>
    </QuestionDialog>
  );
}
