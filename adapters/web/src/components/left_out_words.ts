import { en as common } from "../i18n/en";
import { isolated } from "../i18n/isolate";
import { ru as commonRu } from "../i18n/ru";

const f = common.formats;
const r = commonRu.formats;
const rows = (n: number) => `${f.count(n)} ${f.plural(n, { one: "row", other: "rows" })}`;
const rowsRu = (n: number) => `${r.count(n)} ${r.plural(n, { one: "строка", few: "строки", many: "строк", other: "строки" })}`;

const en = {
  nothing: "Every row of the file was taken.",
  leftOut: (n: number) => `${rows(n)} left out`,
  lines: (n: number, list: string) => `${f.plural(n, { one: "line", other: "lines" })} ${list}`,
  more: (n: number) => `and ${f.count(n)} more`,
  putRight: "What was found out or put right",
  readAs: (format: string, encoding: string, sheet: string) =>
    `read as ${[format, encoding.toUpperCase(), sheet && `sheet “${isolated(sheet)}”`].filter(Boolean).join(", ")}`,
  formats: { csv: "CSV", json_lines: "JSON Lines", xlsx: "Excel (XLSX)" } as Record<string, string>,
};

const ru: typeof en = {
  nothing: "Приняты все строки файла.",
  leftOut: (n) => `Пропущено: ${rowsRu(n)}`,
  lines: (n, list) => `${r.plural(n, { one: "строка", few: "строки", many: "строки", other: "строки" })} ${list}`,
  more: (n) => `и ещё ${r.count(n)}`,
  putRight: "Что определено или исправлено само",
  readAs: (format, encoding, sheet) =>
    `файл прочитан как ${[format, encoding.toUpperCase(), sheet && `лист «${isolated(sheet)}»`].filter(Boolean).join(", ")}`,
  formats: { csv: "CSV", json_lines: "JSON Lines", xlsx: "Excel (XLSX)" },
};

export const words = { en, ru };
