// The frame: what is above every view, and the views by their tabs.
import * as Tabs from "@radix-ui/react-tabs";
import { lazy, Suspense, useCallback } from "react";
import { ConnectionNotice, ConnectionSign } from "./components/connection_notice";
import { Icon } from "./components/icons";
import { SettingsPanel } from "./components/settings_panel";
import { useWords } from "./i18n/words";
import { go, useRoute } from "./route";
import { mayModerate, mayOperate, useSession } from "./session/session";
import { DetailsDialog } from "./views/details/details_dialog";
import { CampaignList } from "./views/outgoing/campaign_list";
import { tabs, type Tab } from "./views/outgoing/listing";

const NewCampaign = lazy(() => import("./views/new_campaign/new_campaign"));

export function App() {
  const words = useWords();
  const { me } = useSession();
  const [first, second] = useRoute();
  const isNew = first === "new";
  const detailsOf = isNew ? undefined : second;
  const offered = tabs.filter((tab) => tab !== "moderation" || mayModerate(me));
  const tab: Tab = offered.find((one) => one === first) ?? "outgoing";
  const showDetails = useCallback((id: string) => go(tab, id), [tab]);
  return (
    <>
      <a className="skip" href={`#/${tab}`} onClick={() => document.getElementById("campaigns")?.focus()}>
        {words.frame.skip}
      </a>
      <Tabs.Root className="frame" value={isNew ? "" : tab} onValueChange={(next) => go(next)} activationMode="manual">
        <header className="frame-head">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <h1>{isNew ? words.newCampaign : words.tabs[tab]}</h1>
          <ConnectionSign />
          {mayOperate(me) && !isNew && (
            <a className="button new-campaign" data-look="primary" href="#/new">
              <Icon name="plus" />
              <span>{words.newCampaign}</span>
            </a>
          )}
          <SettingsPanel />
          <Tabs.List className="tabs" aria-label={words.frame.views}>
            {offered.map((one) => (
              <Tabs.Trigger key={one} value={one} className="tab">
                {words.tabs[one]}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        </header>
        <ConnectionNotice />
        <main id="campaigns" tabIndex={-1}>
          {isNew && (
            <Suspense>
              <NewCampaign id={second} />
            </Suspense>
          )}
          {offered.map((one) => (
            <Tabs.Content key={one} value={one} tabIndex={-1}>
              <CampaignList tab={one} onDetails={showDetails} />
            </Tabs.Content>
          ))}
        </main>
      </Tabs.Root>
      {detailsOf && <DetailsDialog id={detailsOf} onClose={() => go(tab)} />}
    </>
  );
}
