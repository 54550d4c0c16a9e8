// What can be done with a campaign now: on its card behind a menu, in its details side by side.
import { useState } from "react";
import type { Campaign } from "../../api/types";
import { Button } from "../../components/button";
import { Icon } from "../../components/icons";
import { Menu, type MenuItem } from "../../components/menu";
import { useWords } from "../../i18n/words";
import { isAllowed, mayModerate, mayOperate, useSession } from "../../session/session";
import { lazyView } from "../../components/lazy_view";
import { ConfirmDialog, type Asked } from "./confirm_dialog";
import { isHeldForApproval } from "./listing";
import { accumulated, behindTrial, isHeldByEngine } from "./progress";
import { useCommand } from "./use_command";

const CopyDialog = lazyView(() => import("./copy_dialog"));

interface Props {
  campaign: Campaign;
  /** With it there is a menu, and in it the way to the details. */
  onDetails?: (id: string) => void;
  /** Leads to what the server said; offered first where the engine laid a hold. */
  onLook?: (() => void) | undefined;
}

export function CampaignCommands({ campaign, onDetails, onLook }: Props) {
  const { me } = useSession();
  const words = useWords();
  const command = useCommand(campaign.id);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isCopying, setIsCopying] = useState(false);
  const confirm = async (what: Asked) => {
    if (await command.send(what)) setAsked(null);
  };
  const rare = (["release", "cancel"] as const).filter((what) => isAllowed(me, campaign, what));
  const menu = (details: (id: string) => void): MenuItem[] => [
    { id: "details", label: words.commands.details, onSelect: () => details(campaign.id) },
    ...(mayOperate(me) ? [{ id: "copy", label: words.commands.copy, onSelect: () => setIsCopying(true) }] : []),
    ...rare.map((what) => ({
      id: what,
      label: words.commands[what],
      isDangerous: what === "cancel",
      onSelect: () => setAsked(what),
    })),
  ];
  return (
    <div className="card-commands">
      {isAllowed(me, campaign, "edit") && (
        <a className="button" data-look="primary" href={`#/new/${campaign.id}`}>
          <Icon name="pencil" />
          {words.commands.edit}
        </a>
      )}
      {isHeldForApproval(campaign) && mayModerate(me) && (
        <a className="button" data-look="primary" href={`#/moderation/${campaign.id}`}>
          <Icon name="search" />
          {words.commands.look}
        </a>
      )}
      {onLook && isHeldByEngine(campaign) && !isHeldForApproval(campaign) && (
        <Button look="primary" data-command="look" onClick={onLook}>
          <Icon name="search" />
          {words.commands.look}
        </Button>
      )}
      <SteeringButton {...{ campaign, command, setAsked }} />
      {!onDetails && mayOperate(me) && (
        <Button data-command="copy" onClick={() => setIsCopying(true)}>
          {words.commands.copy}
        </Button>
      )}
      {onDetails ? (
        <Menu label={words.card.more(campaign.name)} button={<Icon name="more" />} items={menu(onDetails)} />
      ) : (
        rare.map((what) => (
          <Button key={what} data-command={what} data-dangerous={what === "cancel" || undefined} onClick={() => setAsked(what)}>
            {words.commands[what]}
          </Button>
        ))
      )}
      {isCopying && <CopyDialog campaign={campaign} onClose={() => setIsCopying(false)} />}
      <ConfirmDialog
        what={asked}
        campaign={campaign}
        isPending={command.pending !== null}
        onConfirm={(what) => void confirm(what)}
        onClose={() => setAsked(null)}
      />
    </div>
  );
}

/** Pause, or Resume with how many letters leave at once (asked for only where there are any, or where a trial comes
 *  first). One button, so that the focus stays where it is when the one becomes the other. */
function SteeringButton(props: {
  campaign: Campaign;
  command: ReturnType<typeof useCommand>;
  setAsked: (what: Asked) => void;
}) {
  const { campaign, command, setAsked } = props;
  const words = useWords();
  const { me } = useSession();
  const what = (["pause", "resume"] as const).find((one) => isAllowed(me, campaign, one));
  // An approval lifts such a hold, and is given where one sees what is approved.
  if (!what || isHeldForApproval(campaign)) return null;
  const held = accumulated(campaign);
  const isSecond = isHeldByEngine(campaign);
  const asks = what === "resume" && (held > 0 || isSecond);
  const label = asks && !isSecond ? words.commands.resumeCount(held) : words.commands[what];
  return (
    <Button
      look={what === "resume" && !isSecond ? "primary" : "plain"}
      title={isSecond && campaign.hold ? words.confirm.trialText(campaign.hold.trial, behindTrial(campaign)) : undefined}
      data-command={what}
      aria-disabled={command.pending !== null}
      onClick={(event) => (asks ? setAsked("resume") : command.sendUnasked(what, event.detail))}
    >
      <Icon name={what === "pause" ? "pause" : "play"} />
      {command.pending === what ? words.commands.pending : label}
    </Button>
  );
}
