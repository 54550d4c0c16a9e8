// The beginning of a file as it would be read, and how: every guess can be corrected before anything is uploaded.
import type { FilePreview } from "../../api/types";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { Field } from "../../components/field";
import type { AskedPreview, FileReading } from "./file_reading";
import { words as table } from "./words";

/** Those that lists come in; whatever else was found is offered too. */
const encodings = [
  ...["utf-8", "utf-16le", "windows-1251", "koi8-r", "koi8-u", "ibm866", "windows-1252", "iso-8859-1", "macintosh"],
  ...["windows-1250", "iso-8859-2", "windows-1254", "shift_jis", "gb18030"],
];
const delimiters = [",", ";", "\t", "|"];

interface Props {
  asked: AskedPreview;
  reading: FileReading;
  onChange: (reading: FileReading) => void;
  isOff: boolean;
  canDelimit: boolean;
}

export function FilePreviewed({ asked: { preview, fault }, reading, onChange, isOff, canDelimit }: Props) {
  const words = useViewWords(table).preview;
  const told = useSpoken();
  if (!preview && !fault) return null;
  const change = (next: Partial<Record<keyof FileReading, string | undefined>>) => {
    const changed = { ...reading, ...next };
    onChange(Object.fromEntries(Object.entries(changed).filter(([, value]) => value)) as FileReading);
  };
  const select = (name: "encoding" | "delimiter" | "sheet", found: string | undefined, options: string[], shown: (one: string) => string) => {
    const value = reading[name] ?? found ?? "";
    return (
      <Field label={words[name]}>
        {(links) => (
          <select {...links} value={value} disabled={isOff} onChange={(event) => change({ [name]: event.target.value, ...(name === "sheet" && { email_column: undefined }) })}>
            {[...new Set([...(value ? [value] : [""]), ...options])].map((one) => (
              <option key={one} value={one}>
                {one ? shown(one) : words.found}
              </option>
            ))}
          </select>
        )}
      </Field>
    );
  };
  const isText = preview?.format !== "xlsx";
  const isCsv = !preview || preview.format === "csv";
  return (
    <fieldset className="file-preview">
      <legend>{words.legend}</legend>
      <div className="file-reading">
        {isText && select("encoding", preview?.encoding, encodings, words.encodingName)}
        {isCsv && select("delimiter", preview?.delimiter, canDelimit ? delimiters : [], words.delimiterName)}
        {preview && preview.sheets.length > 1 && select("sheet", preview.sheet || preview.sheets[0], preview.sheets, (one) => one)}
        {preview && <EmailColumn preview={preview} isOff={isOff} onChosen={(email_column) => change({ email_column })} />}
      </div>
      {preview?.format !== "json_lines" && (
        <label className="switch">
          <input
            type="checkbox"
            disabled={isOff}
            checked={preview ? preview.header : reading.header !== "none"}
            onChange={(event) => change({ header: event.target.checked ? "first" : "none", email_column: undefined })}
          />
          {words.header}
        </label>
      )}
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {words.fault(told(fault))}
        </p>
      )}
      {preview && (preview.notices?.length ?? 0) > 0 && (
        <ul className="notice" data-kind="hint">
          {preview.notices?.map((one) => <li key={JSON.stringify(one)}>{told({ notice: one, text: one.code })}</li>)}
        </ul>
      )}
      {preview && <Rows preview={preview} />}
    </fieldset>
  );
}

function EmailColumn({ preview, isOff, onChosen }: { preview: FilePreview; isOff: boolean; onChosen: (column: string) => void }) {
  const words = useViewWords(table).preview;
  const chosen = preview.email_column ?? "";
  return (
    <Field label={words.emailColumn} fault={chosen ? null : words.emailColumnMissing}>
      {(links) => (
        <select {...links} value={chosen} disabled={isOff} onChange={(event) => onChosen(event.target.value)}>
          {!chosen && <option value="">{words.chooseColumn}</option>}
          {[...new Set([...(chosen ? [chosen] : []), ...preview.columns])].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Rows({ preview: { columns, rows, email_column: address } }: { preview: FilePreview }) {
  const words = useViewWords(table).preview;
  return (
    <div className="rows-frame" tabIndex={0} role="region" aria-label={words.rows}>
      <table>
        <thead>
          <tr>
            {columns.map((one, at) => (
              <th key={at} scope="col" data-address={one === address || undefined}>
                <bdi>{one}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {columns.map((one, at) => (
                <td key={at} data-address={one === address || undefined}>
                  <bdi>{row[at] ?? ""}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
