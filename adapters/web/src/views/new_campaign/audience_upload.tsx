// A file on its way into the engine: dropped or chosen, named, sent, and given up where one likes.
import { useEffect, useId, useRef, useState, type DragEvent } from "react";
import { ApiError } from "../../api/client";
import type { ImportReport, Notice } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { useWords } from "../../i18n/words";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import { Field } from "../../components/field";
import { FilePreviewed } from "./file_preview";
import { queryOf, useFilePreview, type FileReading } from "./file_reading";
import { RecipientFilesChosen } from "./recipient_files";
import { FileFault, useRecipientFiles, type FilesSent } from "./use_recipient_files";
import { words as table } from "./words";

const nameBytesMax = 200;

/** The file's name without its ending, as far as the engine takes it. */
function nameFrom(file: File): string {
  let name = file.name.replace(/\.[a-z0-9]{1,8}$/i, "").replace(/\p{Cc}/gu, " ").trim();
  while (new TextEncoder().encode(name).length > nameBytesMax) name = [...name].slice(0, -1).join("");
  return name;
}

/** The list, with what takes the place of its cells before it. */
function formOf(list: File, replacements: string): FormData {
  const form = new FormData();
  form.append("replacements", replacements);
  form.append("file", list);
  return form;
}

interface Props {
  /** `column` names each recipient's own file, where the list came with a folder of them. */
  onImported: (report: ImportReport, column?: string) => void;
  /** What had the focus was replaced by this. */
  takesFocus: boolean;
}

export function AudienceUpload({ onImported, takesFocus }: Props) {
  const { client } = useSession();
  const { audience: words, files: filesWords } = useViewWords(table);
  const { card } = useWords();
  const announce = useAnnounce();
  const told = useSpoken();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [sent, setSent] = useState(0);
  const [filesSent, setFilesSent] = useState<FilesSent | null>(null);
  const [fault, setFault] = useState("");
  const naming = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController | null>(null);
  const [isSending, setIsSending] = useState(false);
  const [reading, setReading] = useState<FileReading>({});
  const [number, setNumber] = useState(0);
  const asked = useFilePreview(file, number, reading);
  // An engine that finds the delimiter out and takes no word for it.
  const [canDelimit, setCanDelimit] = useState(true);
  const { code, parameter } = asked.fault?.notice ?? ({} as Partial<Notice>);
  const isUndelimitable = code === "parameter_unknown" && parameter === "delimiter";
  useEffect(() => {
    if (!isUndelimitable) return;
    setCanDelimit(false);
    setReading(({ delimiter: _, ...rest }) => rest);
  }, [isUndelimitable]);
  const isReadable = !asked.fault && (!asked.preview || Boolean(asked.preview.email_column));
  const files = useRecipientFiles(isReadable ? file : null, number, reading, asked.preview);
  // Without a preview the engine says what it lacks.
  const isReady = isReadable && files.isReady;
  useEffect(() => () => abort.current?.abort(), []);

  const take = (next: File | undefined) => {
    if (!next || isSending) return;
    setFile(next);
    setNumber((old) => old + 1);
    setReading({});
    setName(nameFrom(next));
    setFault("");
    requestAnimationFrame(() => naming.current?.focus());
  };
  const send = async () => {
    if (!file || abort.current || !isReady) return;
    const going = (abort.current = new AbortController());
    setIsSending(true);
    setSent(0);
    setFault("");
    const why = (problem: unknown, cutOff: string) =>
      problem instanceof ApiError && problem.code !== "unreachable" ? told(problem) : cutOff;
    try {
      const replacements = await files.upload(setFilesSent, going.signal);
      setFilesSent(null);
      const path = `/v1/audiences?name=${encodeURIComponent(name.trim())}${queryOf(reading)}`;
      const body = replacements ? formOf(file, replacements) : file;
      const report = await client.upload<ImportReport>(path, body, setSent, going.signal);
      announce(words.taken(card.recipients(report.size), report.left_out_total));
      const { column, found } = files;
      if (found?.named.length) onImported({ ...report, files: { column, count: found.named.length } }, column);
      else onImported(report);
    } catch (problem) {
      if (going.signal.aborted) return;
      if (problem instanceof FileFault) return setFault(filesWords.notSent(problem.file, why(problem.cause, filesWords.cutOff)));
      if (problem instanceof ApiError && problem.notice?.code === "attachment_unknown") files.forgetSent();
      setFault(why(problem, words.cutOff));
    } finally {
      abort.current = null;
      setIsSending(false);
      setFilesSent(null);
    }
  };

  return (
    <>
      <DropZone onFile={take} isOff={isSending} takesFocus={takesFocus} />
      {file && (
        <form
          className="upload"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <p dir="auto" className="upload-file">
            {file.name} · {words.bytes(file.size)}
          </p>
          <Field label={words.name} hint={words.nameHint}>
            {(links) => (
              <input
                {...links}
                ref={naming}
                type="text"
                dir="auto"
                value={name}
                readOnly={isSending}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <FilePreviewed canDelimit={canDelimit} asked={asked} reading={reading} onChange={setReading} isOff={isSending} />
          {isReadable && <RecipientFilesChosen files={files} listSize={file.size} isOff={isSending} />}
          {isSending ? (
            <div className="upload-going">
              {filesSent ? (
                <>
                  <progress value={filesSent.bytes} max={filesSent.bytesAll || 1} aria-label={filesWords.sending} />
                  <span>{filesWords.sent(filesSent.done + 1, files.found?.named.length ?? 0, filesSent.bytes, filesSent.bytesAll)}</span>
                </>
              ) : (
                <>
                  <progress value={sent} max={file.size || 1} aria-label={words.sending} />
                  <span>{sent >= file.size ? words.reading : words.sent(sent, file.size)}</span>
                </>
              )}
              <Button onClick={() => abort.current?.abort()}>{words.abort}</Button>
            </div>
          ) : (
            <Button look="primary" type="submit" aria-disabled={!isReady || undefined}>
              {words.upload}
            </Button>
          )}
          {fault && (
            <p className="notice" data-kind="trouble" role="alert">
              {fault}
            </p>
          )}
        </form>
      )}
    </>
  );
}

interface DropZoneProps {
  onFile: (file: File | undefined) => void;
  isOff: boolean;
  takesFocus: boolean;
}

function DropZone({ onFile, isOff, takesFocus }: DropZoneProps) {
  const words = useViewWords(table).audience;
  const id = useId();
  const [isOver, setIsOver] = useState(false);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(true);
  };
  return (
    <div
      className="drop-zone"
      data-over={isOver || undefined}
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
    >
      <input
        id={id}
        type="file"
        className="visually-hidden"
        accept=".csv,.txt,.tsv,.jsonl,.ndjson,.json,.xlsx,.gz,text/csv,application/jsonl"
        disabled={isOff}
        autoFocus={takesFocus}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <p>
        {words.drop} <label htmlFor={id}>{words.pick}</label>
      </p>
      <p className="hint" id={`${id}-hint`}>
        {words.formats}
      </p>
    </div>
  );
}
