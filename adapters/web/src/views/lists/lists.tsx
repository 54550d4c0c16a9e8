// Audiences and suppressions: #/lists, #/lists/a7, #/lists/suppressions.
import { useViewWords } from "../../i18n/view_words";
import { AudienceList } from "./audience_list";
import { AudienceSheet } from "./audience_sheet";
import { Suppressions } from "./suppressions";
import { words as table } from "./words";
import "./lists.css";

export default function Lists({ id }: { id: string | undefined }) {
  const words = useViewWords(table);
  if (id && id !== "suppressions") return <AudienceSheet key={id} id={id} />;
  const shown = id === "suppressions" ? "suppressions" : "audiences";
  return (
    <>
      <nav className="list-views" aria-label={words.views}>
        {(["audiences", "suppressions"] as const).map((one) => (
          <a key={one} href={one === "audiences" ? "#/lists" : "#/lists/suppressions"} aria-current={one === shown ? "page" : undefined}>
            {words.tabs[one]}
          </a>
        ))}
      </nav>
      {shown === "audiences" ? <AudienceList /> : <Suppressions />}
    </>
  );
}
