// The files that a letter carries, by name.
import type { LetterFile } from "../api/types";
import { sizesOf } from "../i18n/sizes";
import { useViewWords } from "../i18n/view_words";
import "./letter_files.css";

const table = {
  en: { title: "Attachments", size: sizesOf("en", ["bytes", "kB", "MB", "GB"]), inText: (id: string) => `in the text, cid:${id}` },
  ru: { title: "Вложения", size: sizesOf("ru", ["Б", "кБ", "МБ", "ГБ"]), inText: (id: string) => `в тексте, cid:${id}` },
};

export function LetterFiles({ files = [] }: { files: LetterFile[] | undefined }) {
  const words = useViewWords(table);
  if (files.length === 0) return null;
  return (
    <ul className="letter-files" aria-label={words.title}>
      {files.map((one, at) => (
        <li key={at}>
          <bdi>{one.name}</bdi>{" "}
          <span className="hint">
            {words.size(one.bytes)}
            {one.content_id && ` · ${words.inText(one.content_id)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
