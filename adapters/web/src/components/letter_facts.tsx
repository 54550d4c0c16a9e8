// What a campaign says of its letters beyond sender, subject and text: only what is set.
import type { Attachment, Campaign } from "../api/types";
import { isolated } from "../i18n/isolate";
import { useViewWords } from "../i18n/view_words";

const en = {
  title: "More about its letters",
  to_name: "Name in To",
  preheader: "Preheader",
  unsubscribe_mailto: "Unsubscribe by mail",
  list: "List",
  envelope_sender: "Envelope sender",
  headers: "Headers",
  attachments: "Attachments",
  ofColumn: (column: string) => `each recipient’s own, from “${isolated(column)}”`,
  inText: (name: string, id: string) => `${isolated(name)} (in the text, cid:${isolated(id)})`,
  tags: "Tags without a column",
  allowed: "it is sent nevertheless, with blanks",
};

const ru: typeof en = {
  title: "Ещё о письмах",
  to_name: "Имя получателя",
  preheader: "Прехедер",
  unsubscribe_mailto: "Отписка письмом",
  list: "Рассылка",
  envelope_sender: "Адрес возврата",
  headers: "Заголовки",
  attachments: "Вложения",
  ofColumn: (column) => `у каждого своё, из столбца «${isolated(column)}»`,
  inText: (name, id) => `${isolated(name)} (в тексте, cid:${isolated(id)})`,
  tags: "Теги без столбца",
  allowed: "отправляется всё равно, с пустыми местами",
};

const table = { en, ru };
const texts = ["to_name", "preheader", "unsubscribe_mailto", "list", "envelope_sender"] as const;

export function LetterFacts({ campaign }: { campaign: Campaign }) {
  const words = useViewWords(table);
  const { headers = {}, attachments = [] } = campaign;
  const named = ({ id, name = id ?? "", column, content_id: contentId }: Attachment) =>
    column ? words.ofColumn(column) : contentId ? words.inText(name, contentId) : isolated(name);
  const rows: [string, string[]][] = [
    ...texts.map((field): [string, string[]] => [words[field], campaign[field] ? [isolated(campaign[field])] : []]),
    [words.headers, Object.entries(headers).map(([name, value]) => `${name}: ${isolated(value)}`)],
    [words.attachments, attachments.map(named)],
    [words.tags, campaign.allow_unknown_fields ? [words.allowed] : []],
  ];
  const set = rows.filter(([, values]) => values.length > 0);
  if (set.length === 0) return null;
  return (
    <section aria-labelledby="letter-facts-title" className="letter-facts">
      <h3 id="letter-facts-title">{words.title}</h3>
      <dl className="detail-facts">
        {set.map(([name, values]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {values.length === 1 ? (
                values[0]
              ) : (
                <ul className="plain-list">
                  {values.map((one) => (
                    <li key={one}>{one}</li>
                  ))}
                </ul>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
