// Audiences, suppressions and partials: #/lists, #/lists/a7, #/lists/suppressions, #/lists/partials.
import { useViewWords } from "../../i18n/view_words";
import { AudienceList } from "./audience_list";
import { AudienceSheet } from "./audience_sheet";
import { Partials } from "./partials";
import { Suppressions } from "./suppressions";
import { words as table } from "./words";
import "./lists.css";

const views = ["audiences", "suppressions", "partials"] as const;

export default function Lists({ id }: { id: string | undefined }) {
  const words = useViewWords(table);
  const shown = id ? views.find((one) => one === id) : "audiences";
  if (id && !shown) return <AudienceSheet key={id} id={id} />;
  return (
    <>
      <nav className="list-views" aria-label={words.views}>
        {views.map((one) => (
          <a key={one} href={one === "audiences" ? "#/lists" : `#/lists/${one}`} aria-current={one === shown ? "page" : undefined}>
            {words.tabs[one]}
          </a>
        ))}
      </nav>
      {shown === "audiences" ? <AudienceList /> : shown === "suppressions" ? <Suppressions /> : <Partials />}
    </>
  );
}
