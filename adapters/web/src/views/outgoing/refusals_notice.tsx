// Letters that are refused, but not for good: a person may close them, or have them tried again.
import { useState } from "react";
import type { Campaign, CommandAnswer } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { QuestionDialog } from "../../components/question_dialog";
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
  const { refusals, commands } = useWords();
  const { client } = useSession();
  const announce = useAnnounce();
  // As many as there were when the question was asked.
  const [letters] = useState(campaign.refusals.provisional);
  return (
    <QuestionDialog
      title={refusals.ask[action](campaign.name)}
      name={refusals.actions[action]}
      act={refusals.actions[action]}
      command={`${action}_refusals`}
      isDangerous={action === "accept"}
      send={(idempotencyKey) =>
        client.json<CommandAnswer>("POST", `/v1/campaigns/${campaign.id}/refusals`, { body: { action }, idempotencyKey })
      }
      onDone={(answer) => {
        announce(answer.changed ? refusals.done[action] : commands.nothingChanged);
        onClose();
      }}
      onClose={onClose}
    >
      <p>{refusals.happens[action](letters)}</p>
      {campaign.hold && action === "retry" && <p>{refusals.heldStill}</p>}
    </QuestionDialog>
  );
}
