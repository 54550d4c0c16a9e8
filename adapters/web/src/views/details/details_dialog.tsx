// What there is to know about one campaign, in tabs; #/outgoing/c1/log is the address of one.
import * as Tabs from "@radix-ui/react-tabs";
import { useEffect, useRef, type ReactNode } from "react";
import type { Campaign } from "../../api/types";
import { Dialog } from "../../components/dialog";
import { StatusSign } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { useCampaign } from "../../stream/hooks";
import { CampaignCommands } from "../outgoing/campaign_commands";
import { done } from "../outgoing/progress";
import { FactsTab } from "./facts_tab";
import { LettersTab } from "./letters_tab";
import { LogTab } from "./log_tab";
import { ProgressTab } from "./progress_tab";
import { ResponseTab } from "./response_tab";
import { words as table } from "./words";
import "./details.css";

const tabs = {
  details: FactsTab,
  response: ResponseTab,
  letters: LettersTab,
  progress: ProgressTab,
  log: LogTab,
} satisfies Record<string, (props: { campaign: Campaign }) => ReactNode>;
type TabName = keyof typeof tabs;

interface Props {
  id: string;
  tab: string | undefined;
  onTab: (tab: string) => void;
  onClose: () => void;
}

export default function DetailsDialog({ id, tab, onTab, onClose }: Props) {
  const words = useViewWords(table);
  const { details } = useWords();
  const campaign = useCampaign(id);
  const shown: TabName = tab && tab in tabs ? (tab as TabName) : "details";
  const list = useRef<HTMLDivElement>(null);
  // On a phone the tabs are wider than the page.
  useEffect(() => {
    list.current?.querySelector('[data-state="active"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shown]);
  return (
    <Dialog open size="full" onClose={onClose} title={campaign?.name ?? id}>
      {campaign ? (
        <Tabs.Root className="details" value={shown} onValueChange={onTab} activationMode="manual">
          <Headline campaign={campaign} onLook={shown === "response" ? undefined : () => onTab("response")} />
          <Tabs.List ref={list} className="tabs" aria-label={words.views}>
            {(Object.keys(tabs) as TabName[]).map((one) => (
              <Tabs.Trigger key={one} value={one} className="tab">
                {words.tabs[one]}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {(Object.keys(tabs) as TabName[]).map((one) => {
            const Shown = tabs[one];
            return (
              <Tabs.Content key={one} value={one} className="details-tab" tabIndex={-1}>
                <Shown campaign={campaign} />
              </Tabs.Content>
            );
          })}
        </Tabs.Root>
      ) : (
        <p>{details.gone}</p>
      )}
    </Dialog>
  );
}

function Headline({ campaign, onLook }: { campaign: Campaign; onLook: (() => void) | undefined }) {
  const { status, card } = useWords();
  const { total } = campaign.counts;
  return (
    <div className="details-head">
      <StatusSign status={campaign.status} label={status[campaign.status]} />
      {total > 0 && <span className="hint">{card.done(done(campaign), total)}</span>}
      <CampaignCommands campaign={campaign} onLook={onLook} />
    </div>
  );
}
