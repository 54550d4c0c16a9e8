// Pieces of templates that campaigns have in common: the list, and one of them, written beside a letter that it stands in.
import { useEffect, useRef, useState, type RefObject } from "react";
import { ApiError, newIdempotencyKey, spokenOf } from "../../api/client";
import type { Audience, Page, StoredPartial } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { useAudience } from "../../components/audience_rows";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { giveFocus } from "../../components/focus_left";
import { Icon } from "../../components/icons";
import { QuestionDialog } from "../../components/question_dialog";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { mayOperate, useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { emptyForm } from "../new_campaign/draft_form";
import { FieldInserter } from "../new_campaign/field_inserter";
import { MessagePreview } from "../new_campaign/message_preview";
import { usePreview } from "../new_campaign/use_preview";
import "../new_campaign/message_step.css";
import { words as table } from "./words";

const pathOf = (name: string) => `/v1/partials/${encodeURIComponent(name)}`;

export function Partials() {
  const all = useViewWords(table);
  const words = all.partials;
  const { formats: f } = useWords();
  const { client, me } = useSession();
  const announce = useAnnounce();
  const told = useSpoken();
  const [round, setRound] = useState(0);
  const [leaving, setLeaving] = useState<string | null>(null);
  /** A name, or "" for a new one. */
  const [opened, setOpened] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const { answer, fault } = useAsked(`partials ${round}`, (signal) => client.json<Page<StoredPartial>>("GET", "/v1/partials", { signal }));
  const mayChange = mayOperate(me);
  const renew = (said: string) => {
    announce(said);
    setRound((old) => old + 1);
  };
  if (opened !== null)
    return (
      <PartialEditor
        name={opened}
        mayChange={mayChange}
        onSaved={(name) => {
          setOpened(name);
          renew(words.saved(name));
        }}
        onClose={() => {
          setOpened(null);
          requestAnimationFrame(() => giveFocus(list.current));
        }}
      />
    );
  return (
    <>
      <p className="hint">{words.intro}</p>
      <div className="tools">
        {mayChange && (
          <Button look="primary" onClick={() => setOpened("")}>
            <Icon name="plus" />
            {words.add}
          </Button>
        )}
      </div>
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <span>{all.failed(told(fault))}</span>
          <Button onClick={() => setRound((old) => old + 1)}>{all.again}</Button>
        </p>
      )}
      {answer && answer.items.length === 0 && (
        <div className="empty">
          <Icon name="mail" />
          <h2>{words.none[0]}</h2>
          <p>{words.none[1]}</p>
        </div>
      )}
      {answer && answer.items.length > 0 && (
        <ul className="list-items" ref={list}>
          {answer.items.map((one) => (
            <li key={one.name} data-partial={one.name}>
              <Button look="quiet" aria-label={words.openLabel(one.name)} onClick={() => setOpened(one.name)}>
                <code>{`{{> ${one.name}}}`}</code>
              </Button>
              <span className="hint">{words.changed(f.count(one.version), f.near(one.changed_at), one.changed_by)}</span>
              {mayChange && (
                <Button look="quiet" aria-label={words.removeLabel(one.name)} onClick={() => setLeaving(one.name)}>
                  {words.remove}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {leaving !== null && (
        <QuestionDialog
          title={words.removeTitle(leaving)}
          name={words.removeName}
          act={words.remove}
          command="remove"
          isDangerous
          send={async (idempotencyKey) => {
            await client.fetch("DELETE", pathOf(leaving), { idempotencyKey });
            return { changed: true };
          }}
          onDone={() => {
            setLeaving(null);
            renew(words.removed(leaving));
            requestAnimationFrame(() => giveFocus(list.current));
          }}
          onClose={() => setLeaving(null)}
        >
          <p>{words.removeText}</p>
        </QuestionDialog>
      )}
    </>
  );
}

interface EditorProps {
  /** Empty: a new one. */
  name: string;
  mayChange: boolean;
  onSaved: (name: string) => void;
  onClose: () => void;
}

function PartialEditor({ name, mayChange, onSaved, onClose }: EditorProps) {
  const words = useViewWords(table).partials;
  const { formats: f } = useWords();
  const { client } = useSession();
  const told = useSpoken();
  const title = useRef<HTMLHeadingElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const [typedName, setTypedName] = useState("");
  /** Null: as it is stored. */
  const [typed, setTyped] = useState<string | null>(null);
  const [latest, setLatest] = useState<StoredPartial | null>(null);
  const [version, setVersion] = useState<number | null>(null);
  const [fault, setFault] = useState("");
  const [isPending, setIsPending] = useState(false);
  const asked = useAsked(name ? `${name} ${version ?? ""} ${latest?.version ?? ""}` : null, (signal) =>
    client.json<StoredPartial>("GET", `${pathOf(name)}${version ? `?version=${version}` : ""}`, { signal }),
  );
  const shown = asked.answer;
  useEffect(() => {
    if (shown && version === null) setLatest((old) => (old?.version === shown.version ? old : shown));
  }, [shown, version]);
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  const content = typed ?? shown?.content ?? "";
  const save = async () => {
    const called = name || typedName.trim();
    if (isPending || !called) return;
    setIsPending(true);
    setFault("");
    try {
      const stored = await client.json<StoredPartial>("PUT", pathOf(called), { body: { content }, idempotencyKey: newIdempotencyKey() });
      setLatest(stored);
      setVersion(null);
      // What is typed stays until the newest is read.
      setTyped(stored.content ?? content);
      onSaved(called);
    } catch (problem) {
      setFault(problem instanceof ApiError && problem.code === "unreachable" ? words.cutOff : told(spokenOf(problem)));
    } finally {
      setIsPending(false);
    }
  };
  const newest = latest?.version ?? 0;
  const isChanged = typed !== null && typed !== latest?.content;
  return (
    <article className="partial-editor wizard" aria-labelledby="partial-title">
      <p>
        <Button onClick={onClose}>‹ {words.back}</Button>
      </p>
      <h2 id="partial-title" ref={title} tabIndex={-1}>
        {name ? <code>{`{{> ${name}}}`}</code> : words.newTitle}
      </h2>
      <div className="message-step">
        <form
          className="message-fields"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          {!name && (
            <Field label={words.name} hint={words.nameHint}>
              {(links) => (
                <input {...links} type="text" autoComplete="off" spellCheck={false} value={typedName} onChange={(event) => setTypedName(event.target.value)} />
              )}
            </Field>
          )}
          {newest > 1 && (
            <Field label={words.version}>
              {(links) => (
                <select
                  {...links}
                  value={version ?? newest}
                  onChange={(event) => {
                    const chosen = Number(event.target.value);
                    setVersion(chosen === newest ? null : chosen);
                    setTyped(null);
                  }}
                >
                  {Array.from({ length: newest }, (_, at) => newest - at).map((one) => (
                    <option key={one} value={one}>
                      {one === newest ? words.newestVersion(f.count(one)) : f.count(one)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
          {shown && name && <p className="hint">{words.changed(f.count(shown.version), f.near(shown.changed_at), shown.changed_by)}</p>}
          <Field label={words.content} hint={words.contentHint} className="field-html">
            {(links) => (
              <textarea
                {...links}
                ref={area}
                dir="auto"
                rows={14}
                readOnly={!mayChange}
                value={content}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          {mayChange && (
            <p>
              <Button
                look="primary"
                type="submit"
                aria-disabled={isPending || !(name || typedName.trim()) || (Boolean(name) && !isChanged && version === null)}
              >
                {words.save}
              </Button>
            </p>
          )}
          {fault && (
            <p className="notice" data-kind="trouble" role="alert">
              {fault}
            </p>
          )}
        </form>
        <PartialPreview content={content} area={area} />
      </div>
    </article>
  );
}

/** As it looks in a letter to a recipient of an audience that is chosen. */
function PartialPreview({ content, area }: { content: string; area: RefObject<HTMLTextAreaElement> }) {
  const words = useViewWords(table).partials;
  const { client } = useSession();
  const { answer } = useAsked("partials' audiences", (signal) => client.json<Page<Audience>>("GET", "/v1/audiences?limit=1000", { signal }));
  const [chosen, setChosen] = useState<string | null>(null);
  const [index, setIndex] = useState(0);
  const audiences = [...(answer?.items ?? [])].reverse();
  const id = chosen ?? audiences[0]?.id ?? "";
  const audience = useAudience(id);
  const form = { ...emptyForm(), name: "–", from: "preview@example.invalid", subject: "–", html: content, audience: id };
  const preview = usePreview(form, Math.min(index, Math.max((audience?.size ?? 1) - 1, 0)));
  return (
    <div className="message-preview">
      {audiences.length > 0 && (
        <Field label={words.previewFor}>
          {(links) => (
            <select
              {...links}
              value={id}
              onChange={(event) => {
                setChosen(event.target.value);
                setIndex(0);
              }}
            >
              {audiences.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <FieldInserter columns={audience?.columns ?? []} into={words.content} field={area} />
      <MessagePreview {...{ form, preview, index, setIndex }} size={audience?.size ?? 0} isBodyOnly />
    </div>
  );
}
