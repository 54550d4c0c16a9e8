// The letters in doubt of one campaign: looked at, chosen, settled.
import { useEffect, useRef, useState } from "react";
import type { Campaign, LetterRow, Page } from "../../api/types";
import { Button } from "../../components/button";
import { StatusSign } from "../../components/icons";
import { useViewWords } from "../../i18n/view_words";
import { replyText } from "../../i18n/reply_text";
import { useSpoken } from "../../i18n/use_spoken";
import { useWords } from "../../i18n/words";
import { isAllowed, useSession } from "../../session/session";
import { useCampaign } from "../../stream/hooks";
import { useAsked } from "../../stream/use_asked";
import { ProgressBar } from "../outgoing/progress_bar";
import { SettleDialog, type Action, type Settled } from "./settle_dialog";
import { words as table } from "./words";

/** More than stand in doubt after any one crash; what is behind them is shown when these are settled. */
const lettersShown = 1000;

interface Props {
  id: string;
  /** A notice on its card led here. */
  isAskedFor: boolean;
  /** Whether a question is open about it. */
  onAsking: (isOpen: boolean) => void;
  onSettled: (what: Settled) => void;
}

export function DoubtedCampaign({ id, ...rest }: Props) {
  const campaign = useCampaign(id);
  return campaign ? <Sheet campaign={campaign} {...rest} /> : null;
}

function Sheet({ campaign, isAskedFor, onAsking, onSettled }: Omit<Props, "id"> & { campaign: Campaign }) {
  const words = useViewWords(table);
  const { status } = useWords();
  const { me, client } = useSession();
  const told = useSpoken();
  const inDoubt = campaign.counts.in_doubt;
  const { answer, fault } = useAsked(
    `${campaign.id} ${inDoubt}`,
    (signal) => client.json<Page<LetterRow>>("GET", `/v1/campaigns/${campaign.id}/doubt?limit=${lettersShown}`, { signal }),
    100,
  );
  const letters = answer?.items ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [asked, setAsked] = useState<Action | null>(null);
  const ask = (what: Action | null) => {
    setAsked(what);
    onAsking(what !== null);
  };
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isAskedFor) return;
    title.current?.focus({ preventScroll: true });
    title.current?.scrollIntoView({ block: "start" });
  }, [isAskedFor]);
  const taken = letters.filter((one) => chosen.has(one.index)).map((one) => one.index);
  const maySettle = isAllowed(me, campaign, "resend_doubt");
  const titleId = `doubt-${campaign.id}`;
  return (
    <section className="doubted" aria-labelledby={titleId} data-campaign={campaign.id}>
      <header>
        <h2 id={titleId} ref={title} tabIndex={-1} dir="auto">
          {campaign.name}
        </h2>
        <StatusSign status={campaign.status} label={status[campaign.status]} />
        <span className="doubted-count">{words.inDoubt(inDoubt)}</span>
      </header>
      <ProgressBar campaign={campaign} />
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {words.notShown(told(fault))}
        </p>
      )}
      {letters.length > 0 && (
        <LetterTable {...{ letters, chosen, setChosen, titleId }} canChoose={maySettle} />
      )}
      {answer?.next && <p className="hint">{words.more(letters.length, inDoubt)}</p>}
      {maySettle && letters.length > 0 && (
        <div className="doubt-commands" role="group" aria-label={words.chosen(taken.length)}>
          <span className="hint">{words.chosen(taken.length)}</span>
          {(["resend", "give_up"] as const).map((what) => (
            <Button
              key={what}
              data-command={what}
              look={what === "give_up" ? "plain" : "primary"}
              aria-disabled={taken.length === 0}
              onClick={() => taken.length > 0 && ask(what)}
            >
              {words.actions[what]}
            </Button>
          ))}
        </div>
      )}
      {asked && (
        <SettleDialog
          action={asked}
          campaign={campaign}
          letters={taken}
          onClose={() => ask(null)}
          onSettled={(what) => {
            ask(null);
            setChosen(new Set());
            onSettled(what);
          }}
        />
      )}
    </section>
  );
}

interface TableProps {
  letters: LetterRow[];
  chosen: ReadonlySet<number>;
  setChosen: (next: ReadonlySet<number>) => void;
  canChoose: boolean;
  titleId: string;
}

function LetterTable({ letters, chosen, setChosen, canChoose, titleId }: TableProps) {
  const words = useViewWords(table);
  const told = useSpoken();
  const { formats: f } = useWords();
  const choose = (index: number, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(index);
    else next.delete(index);
    setChosen(next);
  };
  const isAll = letters.every((one) => chosen.has(one.index));
  return (
    <div className="doubt-frame" tabIndex={0} role="region" aria-labelledby={titleId}>
      <table>
        <thead>
          <tr>
            {canChoose && (
              <th className="choice">
                <input
                  type="checkbox"
                  checked={isAll}
                  aria-label={words.chooseAll}
                  onChange={(event) => setChosen(event.target.checked ? new Set(letters.map((one) => one.index)) : new Set())}
                />
              </th>
            )}
            <th scope="col">{words.address}</th>
            <th scope="col">{words.since}</th>
            <th scope="col">{words.last}</th>
            <th scope="col">{words.attempts}</th>
          </tr>
        </thead>
        <tbody>
          {letters.map((one) => (
            <tr key={one.index} data-letter={one.index}>
              {canChoose && (
                <td className="choice">
                  <input
                    type="checkbox"
                    checked={chosen.has(one.index)}
                    aria-label={words.choose(one.email)}
                    onChange={(event) => choose(one.index, event.target.checked)}
                  />
                </td>
              )}
              <th scope="row">
                <bdi>{one.email}</bdi>
              </th>
              <td data-label={words.since}>{one.changed_at ? f.near(one.changed_at) : "—"}</td>
              <td data-label={words.last}>
                <bdi>{one.last_reply ? replyText(one.last_reply, told) : words.noReply}</bdi>
              </td>
              <td data-label={words.attempts}>{f.count(one.attempts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
