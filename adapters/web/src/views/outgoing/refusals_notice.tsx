// Letters that are refused, but not for good: a person may close them, or have them tried again.
import { useState } from "react";
import type { Campaign, CommandAnswer } from "../../api/types";
import { useOnce } from "../../api/use_once";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { isAllowed, useSession } from "../../session/session";

const actions = ["accept", "retry"] as const;
type Action = (typeof actions)[number];

export function RefusalsNotice({ campaign }: { campaign: Campaign }) {
  const { me } = useSession();
  const { refusals } = useWords();
  const [asked, setAsked] = useState<Action | null>(null);
  const offered = actions.filter((one) => isAllowed(me, campaign, `${one}_refusals`));
  return (
    <div className="notice" data-kind="held" data-about="refusals">
      <span>{refusals.waiting(campaign.refusals.provisional)}</span>
      {offered.length > 0 && (
        <span className="notice-commands">
          {offered.map((one) => (
            <Button key={one} data-command={`${one}_refusals`} onClick={() => setAsked(one)}>
              {refusals.actions[one]}
            </Button>
          ))}
        </span>
      )}
      {asked && <SettleRefusals action={asked} campaign={campaign} onClose={() => setAsked(null)} />}
    </div>
  );
}

function SettleRefusals({ action, campaign, onClose }: { action: Action; campaign: Campaign; onClose: () => void }) {
  const { refusals, commands, frame } = useWords();
  const { client } = useSession();
  const told = useSpoken();
  const announce = useAnnounce();
  // As many as there were when the question was asked.
  const [letters] = useState(campaign.refusals.provisional);
  const once = useOnce((idempotencyKey) =>
    client.json<CommandAnswer>("POST", `/v1/campaigns/${campaign.id}/refusals`, { body: { action }, idempotencyKey }),
  );
  const isOver = once.fault !== null && once.fault.code !== "unreachable";
  const settle = async () => {
    const done = await once.send();
    if (!done) return;
    announce(done.changed ? refusals.done[action] : commands.nothingChanged);
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      isBusy={once.isPending}
      title={refusals.ask[action](campaign.name)}
      actions={
        isOver ? (
          <Button onClick={onClose}>{frame.close}</Button>
        ) : (
          <>
            <Button onClick={onClose} disabled={once.isPending}>
              {commands.keep}
            </Button>
            <Button
              look={action === "accept" ? "danger" : "primary"}
              data-command={`${action}_refusals`}
              aria-disabled={once.isPending}
              onClick={() => void settle()}
            >
              {once.isPending ? commands.pending : once.fault ? commands.retry : refusals.actions[action]}
            </Button>
          </>
        )
      }
    >
      <p>{refusals.happens[action](letters)}</p>
      {campaign.hold && action === "retry" && <p>{refusals.heldStill}</p>}
      {once.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {isOver ? commands.refused(refusals.actions[action], told(once.fault)) : commands.failed(refusals.actions[action])}
        </p>
      )}
    </Dialog>
  );
}
