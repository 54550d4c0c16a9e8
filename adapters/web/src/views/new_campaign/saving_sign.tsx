// Where what is typed is kept, and what stands in the way.
import { useEffect } from "react";
import type { ApiError } from "../../api/client";
import type { Notice } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { useWords } from "../../i18n/words";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { go, replace } from "../../route";
import type { DraftKeeper, Saving } from "./draft_keeper";
import { faultIn } from "./use_preview";
import { words as table } from "./words";

const troubles: Saving["state"][] = ["offline", "refused", "conflict", "gone", "started"];

export function SavingSign({ keeper }: { keeper: DraftKeeper }) {
  const { saving } = keeper;
  const words = useViewWords(table);
  const announce = useAnnounce();
  const isNowhere = keeper.isNowhere();
  useEffect(() => {
    if (isNowhere) announce(words.nowhere);
    else if (troubles.includes(saving.state)) announce(words.saving[saving.state]);
  }, [saving.state, isNowhere, words, announce]);
  return (
    <p className="saving" data-state={isNowhere ? "nowhere" : saving.state}>
      {saving.state === "saved" && <Icon name="check" />}
      {isNowhere ? words.nowhere : words.saving[saving.state]}
    </p>
  );
}

export function SavingTrouble({ keeper }: { keeper: DraftKeeper }) {
  const words = useViewWords(table);
  const told = useSpoken();
  const { status } = useWords();
  const { saving } = keeper;
  /** Without what a program would have to say to accept it. */
  const leftOutWords = ({ notice, text }: ApiError) => {
    const { left_out: count, all } = notice ?? ({} as Partial<Notice>);
    if (typeof count !== "number" || typeof all !== "number") return told({ notice, text });
    return words.trouble.leftOut(count, all, (notice?.causes ?? []).map((one) => told({ notice: one, text: one.code })));
  };
  // Told beside the field, where that is before the eyes; a line that comes and goes would make the page jump.
  const isBesideField = keeper.step === "message" && saving.state === "refused" && faultIn(saving.why) !== null;
  if (saving.state === "refused" && keeper.asksOfLeftOut())
    return (
      <div className="notice" data-kind="held" role="alert">
        <Icon name="warning" />
        <span>{leftOutWords(saving.why)}</span>
        <Button
          onClick={() => {
            keeper.acceptLeftOut();
            document.getElementById("wizard-title")?.focus();
          }}
        >
          {words.trouble.useNevertheless}
        </Button>
      </div>
    );
  if (saving.state === "refused" && !isBesideField)
    return (
      <p className="notice" data-kind="held">
        <Icon name="warning" />
        <span>{words.trouble.refused(told(saving.why))}</span>
      </p>
    );
  if (saving.state === "conflict")
    return (
      <div className="notice" data-kind="trouble" role="alert">
        <span>{words.trouble.conflict}</span>
        <Button onClick={() => keeper.settle("theirs")}>{words.trouble.theirs}</Button>
        <Button onClick={() => keeper.settle("mine")}>{words.trouble.mine}</Button>
      </div>
    );
  if (saving.state === "gone")
    return (
      <div className="notice" data-kind="trouble" role="alert">
        <span>{words.trouble.gone}</span>
        <Button
          onClick={() => {
            keeper.beginAnew();
            replace("new");
          }}
        >
          {words.trouble.keepAsNew}
        </Button>
      </div>
    );
  if (saving.state === "started")
    return (
      <div className="notice" data-kind="trouble" role="alert">
        <span>{words.trouble.started(status[saving.status])}</span>
        <Button onClick={() => go("outgoing")}>{words.trouble.toOutgoing}</Button>
      </div>
    );
  return null;
}
