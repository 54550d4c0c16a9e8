// Asks once before what cannot be taken back or lets many letters go, and says what will happen in numbers.
import type { Campaign } from "../../api/types";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { useWords, type Words } from "../../i18n/words";
import type { Steering } from "./steering";
import { accumulated, behindTrial, isHeldByEngine, rest } from "./progress";

export type Asked = Exclude<Steering, "pause">;

function textsOf(words: Words, what: Asked, campaign: Campaign) {
  const { confirm } = words;
  const left = rest(campaign);
  const trial = campaign.hold && isHeldByEngine(campaign) ? [confirm.trialText(campaign.hold.trial, behindTrial(campaign))] : [];
  if (what === "resume" && trial.length > 0)
    return { title: confirm.resumeTitle(campaign.name), lines: trial, act: confirm.resumeDo };
  if (what === "resume") {
    const held = accumulated(campaign);
    return {
      title: confirm.resumeTitle(campaign.name),
      lines: [confirm.resumeText(held, campaign.counts.pending - held)],
      act: confirm.resumeDo,
    };
  }
  if (what === "release")
    return { title: confirm.releaseTitle(campaign.name), lines: [confirm.releaseText(left), ...trial], act: confirm.releaseDo(left) };
  const lines = [confirm.cancelText(left)];
  if (campaign.counts.in_flight > 0) lines.push(confirm.cancelInFlight(campaign.counts.in_flight));
  return { title: confirm.cancelTitle(campaign.name), lines, act: confirm.cancelDo };
}

interface Props {
  what: Asked | null;
  campaign: Campaign;
  isPending: boolean;
  onConfirm: (what: Asked) => void;
  onClose: () => void;
}

export function ConfirmDialog({ what, campaign, isPending, onConfirm, onClose }: Props) {
  const words = useWords();
  if (!what) return null;
  const texts = textsOf(words, what, campaign);
  return (
    <Dialog
      open
      onClose={onClose}
      title={texts.title}
      isBusy={isPending}
      actions={
        <>
          <Button onClick={onClose} disabled={isPending}>
            {words.commands.keep}
          </Button>
          <Button
            look={what === "cancel" ? "danger" : "primary"}
            data-command={what}
            aria-disabled={isPending}
            onClick={() => onConfirm(what)}
          >
            {isPending ? words.commands.pending : texts.act}
          </Button>
        </>
      }
    >
      {texts.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Dialog>
  );
}
