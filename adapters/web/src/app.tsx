// The frame: what is above every view, and the views by their tabs.
import * as Tabs from "@radix-ui/react-tabs";
import { useCallback, useEffect, useRef } from "react";
import { ConnectionNotice, ConnectionSign } from "./components/connection_notice";
import { Icon } from "./components/icons";
import { lazyView } from "./components/lazy_view";
import { SettingsPanel } from "./components/settings_panel";
import { useWords } from "./i18n/words";
import { go, goOver, leave, replace, useRoute } from "./route";
import { mayModerate, mayOperate, useSession } from "./session/session";
import { useCampaigns } from "./stream/hooks";
import { CampaignList } from "./views/outgoing/campaign_list";
import { isUnder, tabs, type Tab } from "./views/outgoing/listing";

const Moderation = lazyView(() => import("./views/moderation/moderation"));
const NewCampaign = lazyView(() => import("./views/new_campaign/new_campaign"));
const Details = lazyView(() => import("./views/details/details_dialog"));
const Lists = lazyView(() => import("./views/lists/lists"));
const Doubt = lazyView(() => import("./views/doubt/doubt"));

export function App() {
  const words = useWords();
  const { me } = useSession();
  const [first, second, third] = useRoute();
  const isNew = first === "new";
  const all = useCampaigns();
  const doubted = all.filter((one) => isUnder("doubt", one)).length;
  const offered = tabs.filter((tab) => {
    if (tab === "moderation") return mayModerate(me);
    // A place that is there while it is needed; not taken from under whoever is in it.
    return tab !== "doubt" || doubted > 0 || first === "doubt";
  });
  const tab: Tab = offered.find((one) => one === first) ?? "outgoing";
  const isLists = first === "lists";
  const place = isLists ? "lists" : tab;
  const isList = tab !== "moderation" && tab !== "doubt";
  const detailsOf = isList && first === tab ? second : undefined;
  const waiting = { moderation: all.filter((one) => isUnder("moderation", one)).length, doubt: doubted };
  const showDetails = useCallback((id: string, at?: string) => goOver(tab, id, ...(at ? [at] : [])), [tab]);
  const title = isNew ? words.newCampaign : words.tabs[place];
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  const tabList = useRef<HTMLDivElement>(null);
  // On a phone the tabs are wider than the page.
  useEffect(() => {
    tabList.current?.querySelector('[data-state="active"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [title]);
  return (
    <>
      <a className="skip" href={isNew || isLists ? location.hash : `#/${tab}`} onClick={() => document.getElementById("campaigns")?.focus()}>
        {isNew ? words.frame.skipToStep : isLists ? words.frame.skipToLists : words.frame.skip}
      </a>
      <Tabs.Root className="frame" value={isNew ? "" : place} onValueChange={(next) => go(next)} activationMode="manual">
        <header className="frame-head">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <h1>{title}</h1>
          <ConnectionSign />
          {mayOperate(me) && !isNew && (
            <a className="button new-campaign" data-look="primary" href="#/new">
              <Icon name="plus" />
              <span>{words.newCampaign}</span>
            </a>
          )}
          <SettingsPanel />
          <Tabs.List ref={tabList} className="tabs" aria-label={words.frame.views}>
            {[...offered, "lists" as const].map((one) => (
              <Tabs.Trigger key={one} value={one} className="tab">
                {words.tabs[one]}{" "}
                {(one === "moderation" || one === "doubt") && waiting[one] > 0 && (
                  <span className="tab-count">{words.formats.count(waiting[one])}</span>
                )}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        </header>
        <ConnectionNotice />
        <main id="campaigns" tabIndex={-1}>
          {isNew && <NewCampaign id={second} />}
          <Tabs.Content value="lists" tabIndex={-1}>
            <Lists id={second} />
          </Tabs.Content>
          {offered.map((one) => (
            <Tabs.Content key={one} value={one} tabIndex={-1}>
              {one === "moderation" && <Moderation id={second} />}
              {one === "doubt" && <Doubt id={second} />}
              {one !== "moderation" && one !== "doubt" && <CampaignList tab={one} onDetails={showDetails} />}
            </Tabs.Content>
          ))}
        </main>
      </Tabs.Root>
      {detailsOf && (
        <Details id={detailsOf} tab={third} onTab={(next) => replace(tab, detailsOf, next)} onClose={() => leave(tab)} />
      )}
    </>
  );
}
