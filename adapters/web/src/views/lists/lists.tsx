// Audiences, suppressions, partials and the engine's own log: #/lists, #/lists/a7, #/lists/suppressions, #/lists/house …
import { useViewWords } from "../../i18n/view_words";
import { AudienceList } from "./audience_list";
import { AudienceSheet } from "./audience_sheet";
import { HouseLog } from "./house_log";
import { Partials } from "./partials";
import { Suppressions } from "./suppressions";
import { words as table } from "./words";
import "./lists.css";

const views = ["audiences", "suppressions", "partials", "house"] as const;
const shownBy = { audiences: AudienceList, suppressions: Suppressions, partials: Partials, house: HouseLog };

export default function Lists({ id }: { id: string | undefined }) {
  const words = useViewWords(table);
  const shown = id ? views.find((one) => one === id) : "audiences";
  if (!shown) return <AudienceSheet key={id} id={id ?? ""} />;
  const Shown = shownBy[shown];
  return (
    <>
      <nav className="list-views" aria-label={words.views}>
        {views.map((one) => (
          <a key={one} href={one === "audiences" ? "#/lists" : `#/lists/${one}`} aria-current={one === shown ? "page" : undefined}>
            {words.tabs[one]}
          </a>
        ))}
      </nav>
      <Shown />
    </>
  );
}
