// The files of a folder that a list's rows name: found before anything is sent, and sent before the list is.
import { useEffect, useMemo, useRef, useState } from "react";
import type { ApiError, Client } from "../../api/client";
import type { FilePreview, StoredAttachment } from "../../api/types";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";
import { queryOf, type FileReading } from "./file_reading";
import { columnThatNames, findFiles, replacementsFor, type Folder, type FoundFiles, type NamedCell } from "./folder_files";

export interface FilesSent {
  /** So many files. */
  done: number;
  bytes: number;
  bytesAll: number;
}

/** A file that did not reach the engine, and why. */
export class FileFault extends Error {
  constructor(
    readonly file: string,
    override readonly cause: unknown,
  ) {
    super(file);
  }
}

interface Cells {
  rows: number;
  cells: NamedCell[];
}

export interface RecipientFiles {
  folder: Folder | null;
  choose: (folder: Folder | null) => void;
  /** None are known of a file that has no preview: the column's name is to be written then. */
  columns: string[] | null;
  column: string;
  setColumn: (column: string) => void;
  /** Once the list was read for it. */
  found: FoundFiles | null;
  /** Of the list, with a file or without. */
  rows: number;
  /** So many bytes of the list are on their way to be looked through; null: it is not being read. */
  looking: number | null;
  fault: ApiError | null;
  lookAgain: () => void;
  /** Letters may go without their file. */
  isAccepted: boolean;
  accept: (isAccepted: boolean) => void;
  /** Without a folder, too. */
  isReady: boolean;
  /** Sends what is named; the text that the import needs. `FileFault` names the file that failed. */
  upload: (onSent: (sent: FilesSent) => void, signal: AbortSignal) => Promise<string>;
  /** What was sent may be gone from the engine. */
  forgetSent: () => void;
}

async function send(client: Client, files: File[], ids: Map<File, string>, onSent: (sent: FilesSent) => void, signal: AbortSignal) {
  const bytesAll = files.reduce((sum, file) => sum + file.size, 0);
  let bytes = 0;
  for (const [done, file] of files.entries()) {
    signal.throwIfAborted();
    onSent({ done, bytes, bytesAll });
    if (!ids.has(file)) {
      const path = `/v1/attachments?name=${encodeURIComponent(file.name)}`;
      try {
        const stored = await client.upload<StoredAttachment>(path, file, (sent) => onSent({ done, bytes: bytes + sent, bytesAll }), signal);
        ids.set(file, stored.id);
      } catch (problem) {
        throw new FileFault(file.name, problem);
      }
    }
    bytes += file.size;
  }
}

/** `number` is another for each list. */
export function useRecipientFiles(list: File | null, number: number, reading: FileReading, preview: FilePreview | null): RecipientFiles {
  const { client } = useSession();
  const [folder, setFolder] = useState<Folder | null>(null);
  const [said, setSaid] = useState("");
  const [sent, setSent] = useState(0);
  const [round, setRound] = useState(0);
  const [isAccepted, setIsAccepted] = useState(false);
  /** What is sent already is not sent again when a try after a fault begins anew. */
  const ids = useRef(new Map<File, string>());

  const columns = preview ? preview.columns.filter((one) => one !== preview.email_column) : null;
  const guessed = useMemo(
    () => (folder && preview ? columnThatNames(folder, preview.columns, preview.rows) : ""),
    [folder, preview],
  );
  const column = !columns || columns.includes(said) ? said : columns.includes(guessed) ? guessed : "";

  const query = queryOf(reading);
  const question = folder && list && column ? `${number}${query} ${round} ${column}` : null;
  const asked = useAsked(question, (signal) => {
    setSent(0);
    return client.upload<Cells>(`/v1/audiences/cells?column=${encodeURIComponent(column)}${query}`, list ?? new Blob(), setSent, signal);
  });
  const isKnown = question !== null && !asked.isOld && !asked.fault;
  const answer = isKnown ? asked.answer : null;
  const found = useMemo(() => (folder && answer ? findFiles(folder, answer.cells) : null), [folder, answer]);
  useEffect(() => setIsAccepted(false), [question, folder]);

  return {
    folder,
    choose: (next) => {
      setFolder(next);
      setSaid("");
      ids.current.clear();
    },
    columns,
    column,
    setColumn: setSaid,
    found,
    rows: answer?.rows ?? 0,
    looking: question !== null && asked.isOld ? sent : null,
    fault: question !== null && !asked.isOld ? asked.fault : null,
    lookAgain: () => setRound((old) => old + 1),
    isAccepted,
    accept: setIsAccepted,
    isReady: !folder || (found !== null && (found.missing.length === 0 || isAccepted)),
    upload: async (onSent, signal) => {
      if (!folder || !answer || !found) return "";
      await send(client, found.named, ids.current, onSent, signal);
      return replacementsFor(folder, column, answer.cells, ids.current);
    },
    forgetSent: () => ids.current.clear(),
  };
}
