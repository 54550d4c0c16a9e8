// A file for each recipient: the folder that has them, the column that names them, and what was found of both.
import { useCallback, useId, useRef } from "react";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { Icon } from "../../components/icons";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { folderOf, type FoundFiles } from "./folder_files";
import type { RecipientFiles } from "./use_recipient_files";
import { words as table } from "./words";
import "./recipient_files.css";

const shownMax = 20;
/** Where a browser has no folders, several files do. */
const hasFolders = "webkitdirectory" in HTMLInputElement.prototype;

interface Props {
  files: RecipientFiles;
  listSize: number;
  isOff: boolean;
}

export function RecipientFilesChosen({ files, listSize, isOff }: Props) {
  const words = useViewWords(table).files;
  const told = useSpoken();
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement | null>(null);
  const take = useCallback((element: HTMLInputElement | null) => {
    input.current = element;
    if (element && hasFolders) element.webkitdirectory = true;
  }, []);
  const { folder, found } = files;
  return (
    <fieldset className="recipient-files" aria-describedby={`${id}-hint`} disabled={isOff}>
      <legend>{words.legend}</legend>
      <p className="hint" id={`${id}-hint`}>
        {words.hint}
      </p>
      <div className="recipient-folder">
        <Button ref={button} onClick={() => input.current?.click()}>
          {folder ? words.chooseOther : hasFolders ? words.choose : words.chooseSeveral}
        </Button>
        <input
          ref={take}
          type="file"
          multiple
          hidden
          data-choose="recipient-files"
          onChange={(event) => {
            const chosen = folderOf(event.target.files ?? []);
            if (chosen) files.choose(chosen);
            // The same folder can be chosen again.
            event.target.value = "";
          }}
        />
        {folder && (
          <>
            <span dir="auto">{words.chosen(folder.name, folder.files.size)}</span>
            <Button
              look="quiet"
              className="icon-button"
              aria-label={words.remove}
              onClick={() => {
                files.choose(null);
                button.current?.focus();
              }}
            >
              <Icon name="close" />
            </Button>
          </>
        )}
      </div>
      {folder && <Column files={files} />}
      {/* What is found comes some time after the choice: it is to be heard then. */}
      <div role="status" className="recipient-files-found">
        {files.looking !== null && (
          <p className="upload-going">
            <progress value={files.looking} max={listSize || 1} aria-label={words.looking} />
            <span>{words.looking}</span>
          </p>
        )}
        {found && <p>{words.found(found.named.length, found.namedRows, files.rows - found.namedRows - found.missingRows)}</p>}
        {found && found.unnamed.length > 0 && <Unnamed paths={found.unnamed} />}
        {found && found.missing.length > 0 && <Missing found={found} />}
      </div>
      {found && found.missing.length > 0 && (
        <label className="switch">
          <input type="checkbox" checked={files.isAccepted} onChange={(event) => files.accept(event.target.checked)} />
          {words.accept}
        </label>
      )}
      {files.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          <span>{words.notLooked(told(files.fault))}</span>
          <Button onClick={files.lookAgain}>{words.again}</Button>
        </p>
      )}
    </fieldset>
  );
}

function Column({ files: { columns, column, setColumn } }: { files: RecipientFiles }) {
  const words = useViewWords(table).files;
  return (
    <Field label={words.column} fault={column ? null : words.columnMissing}>
      {(links) =>
        columns ? (
          <select {...links} value={column} onChange={(event) => setColumn(event.target.value)}>
            {!column && <option value="">{words.chooseColumn}</option>}
            {columns.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        ) : (
          <input {...links} type="text" dir="auto" value={column} onChange={(event) => setColumn(event.target.value)} />
        )
      }
    </Field>
  );
}

function Missing({ found: { missing, missingRows } }: { found: FoundFiles }) {
  const words = useViewWords(table).files;
  return (
    <div className="notice" data-kind="trouble">
      <div>
        <p>{words.missing(missingRows)}</p>
        <ul>
          {missing.slice(0, shownMax).map(({ cell, line, rows }) => (
            <li key={cell}>
              {words.line(line, rows - 1)}: <q dir="auto">{cell}</q>
            </li>
          ))}
          {missing.length > shownMax && <li>{words.more(missing.length - shownMax)}</li>}
        </ul>
      </div>
    </div>
  );
}

function Unnamed({ paths }: { paths: string[] }) {
  const words = useViewWords(table).files;
  return (
    <details>
      <summary>{words.unnamed(paths.length)}</summary>
      <ul>
        {paths.slice(0, shownMax).map((one) => (
          <li key={one} dir="auto">
            {one}
          </li>
        ))}
        {paths.length > shownMax && <li>{words.more(paths.length - shownMax)}</li>}
      </ul>
    </details>
  );
}
