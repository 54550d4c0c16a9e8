// Files that go with each letter: uploaded at once, shown in the HTML where they are pictures; or a recipient's own.
import { useId, useRef, useState, type RefObject } from "react";
import { ApiError } from "../../api/client";
import type { Attachment, StoredAttachment } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import type { Form } from "./draft_form";
import type { DraftKeeper } from "./draft_keeper";
import { words as table } from "./words";

interface Upload {
  number: number;
  file: File;
  sent: number;
  fault: string;
  abort: AbortController;
}

interface Props {
  keeper: DraftKeeper;
  form: Form;
  columns: string[];
  fault: string | null;
  html: RefObject<HTMLInputElement | HTMLTextAreaElement>;
}

/** "Our logo.png" → "our-logo", with a number where another picture has that. */
export function contentIdFor(name: string, taken: string[]): string {
  const plain = name.replace(/\.[^.]*$/, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "picture";
  let found = plain;
  for (let n = 2; taken.includes(found); ++n) found = `${plain}-${n}`;
  return found;
}

export function Attachments({ keeper, form, columns, fault, html }: Props) {
  const words = useViewWords(table).attachments;
  const { client } = useSession();
  const announce = useAnnounce();
  const told = useSpoken();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const number = useRef(0);
  const choose = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const { attachments } = form;
  const put = (next: Attachment[]) => keeper.change({ attachments: next });

  const upload = async (file: File) => {
    const abort = new AbortController();
    const own = ++number.current;
    const say = (next: Partial<Upload>) => setUploads((old) => old.map((one) => (one.number === own ? { ...one, ...next } : one)));
    const end = () => setUploads((old) => old.filter((one) => one.number !== own));
    setUploads((old) => [...old, { number: own, file, sent: 0, fault: "", abort }]);
    try {
      const path = `/v1/attachments?name=${encodeURIComponent(file.name)}`;
      const { id: stored, type } = await client.upload<StoredAttachment>(path, file, (sent) => say({ sent }), abort.signal);
      // Others may have come meanwhile.
      put([...keeper.form.attachments, { id: stored, name: file.name, type }]);
      announce(words.added(file.name));
      end();
    } catch (problem) {
      if (abort.signal.aborted) return end();
      say({ fault: problem instanceof ApiError && problem.code !== "unreachable" ? told(problem) : words.cutOff });
    }
  };

  const offered = columns.slice(1).filter((one) => !attachments.some((other) => other.column === one));
  const remove = (at: number) => {
    put(attachments.filter((_, index) => index !== at));
    choose.current?.focus();
  };
  return (
    <section className="attachments" aria-labelledby={id}>
      <h3 id={id}>{words.title}</h3>
      {(attachments.length > 0 || uploads.length > 0) && (
        <ul>
          {attachments.map((one, at) => (
            <li key={one.id ? `${one.id} ${at}` : one.column}>
              {one.column ? (
                <span className="attachment-name">{words.ofColumn(one.column)}</span>
              ) : (
                <FileLine
                  one={one}
                  html={html}
                  isShown={form.html.includes(`cid:${one.content_id}`)}
                  change={(next) => put(attachments.map((other, index) => (index === at ? next : other)))}
                  taken={attachments.map((other) => other.content_id ?? "")}
                />
              )}
              <Button
                look="quiet"
                className="icon-button"
                aria-label={words.remove(one.column ? words.ofColumn(one.column) : (one.name ?? ""))}
                onClick={() => remove(at)}
              >
                <Icon name="close" />
              </Button>
            </li>
          ))}
          {uploads.map((one) => (
            <li key={one.number}>
              <span className="attachment-name" dir="auto">
                {one.file.name}
              </span>
              {one.fault ? (
                <span className="field-fault" role="alert">
                  {one.fault}
                </span>
              ) : (
                <>
                  <progress value={one.sent} max={one.file.size || 1} aria-label={words.sending(one.file.name)} />
                  <span className="hint">{words.sent(one.sent, one.file.size)}</span>
                </>
              )}
              <Button
                look="quiet"
                className="icon-button"
                aria-label={words.remove(one.file.name)}
                onClick={() => {
                  one.abort.abort();
                  setUploads((old) => old.filter((other) => other !== one));
                  choose.current?.focus();
                }}
              >
                <Icon name="close" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      {fault && <p className="field-fault">{fault}</p>}
      <div className="attachment-tools">
        <Button ref={choose} onClick={() => input.current?.click()}>
          <Icon name="plus" />
          {words.choose}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          data-choose="attachments"
          onChange={(event) => {
            for (const file of event.target.files ?? []) void upload(file);
            // The same file can be chosen again.
            event.target.value = "";
          }}
        />
        {offered.length > 0 && (
          <select value="" aria-label={words.fromColumn} onChange={(event) => put([...attachments, { column: event.target.value }])}>
            <option value="">{words.fromColumn}</option>
            {offered.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </div>
    </section>
  );
}

interface LineProps {
  one: Attachment;
  html: Props["html"];
  /** The HTML has it already. */
  isShown: boolean;
  change: (next: Attachment) => void;
  taken: string[];
}

function FileLine({ one, html, isShown, change, taken }: LineProps) {
  const words = useViewWords(table).attachments;
  const { client } = useSession();
  const { answer } = useAsked(`attachment ${one.id}`, (signal) => client.json<StoredAttachment>("GET", `/v1/attachments/${one.id}`, { signal }));
  const { content_id: contentId, ...rest } = one;
  const isPicture = one.type?.startsWith("image/") ?? false;
  const insert = () => {
    html.current?.focus();
    document.execCommand("insertText", false, `<img src="cid:${contentId}" alt="">`);
  };
  return (
    <>
      <span className="attachment-name" dir="auto">
        {one.name}
      </span>
      {answer && <span className="hint">{words.size(answer.bytes)}</span>}
      {isPicture && (
        <label className="switch">
          <input
            type="checkbox"
            checked={contentId !== undefined}
            onChange={(event) => change(event.target.checked ? { ...rest, content_id: contentIdFor(one.name ?? "", taken) } : rest)}
          />
          <span>{contentId ? words.shownAs(contentId) : words.showInText}</span>
        </label>
      )}
      {contentId && !isShown && <Button onClick={insert}>{words.insertPicture}</Button>}
    </>
  );
}
