// A new campaign, or a draft taken up again: #/new, #/new/c7.
// First, so that what is said of one step stands behind it.
import "./new_campaign.css";
import { useCallback, useEffect, useMemo, useState } from "react";
import { ApiError, newIdempotencyKey } from "../../api/client";
import type { WholeCampaign } from "../../api/types";
import { Button } from "../../components/button";
import { useWords } from "../../i18n/words";
import { useViewWords } from "../../i18n/view_words";
import { go, replace } from "../../route";
import { mayOperate, useSession } from "../../session/session";
import { useConnection } from "../../stream/hooks";
import { DraftKeeper, isNewKey, newKey } from "./draft_keeper";
import { useFaultWords } from "./fault_words";
import { begun, drop, find, type Kept } from "./kept_drafts";
import { isStep, type Step } from "./steps";
import { Wizard } from "./wizard";
import { words as table } from "./words";

export default function NewCampaign({ id }: { id: string | undefined }) {
  const { me } = useSession();
  const words = useViewWords(table);
  const [opened, setOpened] = useState<DraftKeeper | null>(null);
  if (!mayOperate(me)) return <p className="wizard-note">{words.notAllowed}</p>;
  if (opened && opened.id === (id ?? null)) return <Wizard key={opened.name} keeper={opened} />;
  return id ? <TakeUp key={id} id={id} onOpen={setOpened} /> : <Begin onOpen={setOpened} />;
}

interface OpenProps {
  onOpen: (keeper: DraftKeeper) => void;
}

/** What was begun here and never reached the engine is offered again. */
function Begin({ onOpen }: OpenProps) {
  const { client, campaigns, me } = useSession();
  const words = useViewWords(table);
  const { formats: f } = useWords();
  const [kept, setKept] = useState(() => begun(me.name));
  const open = useCallback(
    (key: string, from: Kept | null) =>
      onOpen(new DraftKeeper(client, campaigns, me.name, { key, kept: from }, (id) => replace("new", id))),
    [client, campaigns, me, onOpen],
  );
  const isFresh = kept.length === 0;
  useEffect(() => {
    if (isFresh) open(newKey(), null);
  }, [isFresh, open]);
  if (isFresh) return null;
  return (
    <section className="wizard-begun">
      <h2>{words.begun.title}</h2>
      <p className="hint">{words.begun.hint}</p>
      <ul>
        {kept.map(([key, one]) => {
          const name = one.form.name.trim() || words.begun.nameless;
          return (
            <li key={key}>
              <span>
                <b dir="auto">{name}</b>
                <span className="hint">{words.begun.at(f.near(one.at))}</span>
              </span>
              <Button look="primary" onClick={() => (isNewKey(key) ? open(key, one) : go("new", key))} aria-label={words.begun.continueLabel(name)}>
                {words.begun.continue}
              </Button>
              <Button
                look="quiet"
                aria-label={words.begun.discardLabel(name)}
                onClick={() => {
                  drop(me.name, key);
                  setKept(begun(me.name));
                }}
              >
                {words.begun.discard}
              </Button>
            </li>
          );
        })}
      </ul>
      <Button onClick={() => open(newKey(), null)}>{words.begun.anew}</Button>
    </section>
  );
}

function TakeUp({ id, onOpen }: OpenProps & { id: string }) {
  const { client, campaigns, me } = useSession();
  const words = useViewWords(table);
  const { status } = useWords();
  const told = useFaultWords();
  const isLive = useConnection().state === "live";
  // A connection that comes back asks again.
  const [found, setFound] = useState<WholeCampaign | ApiError | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    client.campaign(id, abort.signal).then(setFound, (fault: unknown) => {
      if (fault instanceof ApiError) setFound(fault);
    });
    return () => abort.abort();
  }, [client, id, isLive]);
  const draft = useMemo(() => (found && !(found instanceof ApiError) && found.status === "draft" ? found : null), [found]);
  useEffect(() => {
    if (!draft) return;
    const kept = sessionStorage.getItem(`sluice.step.${id}`);
    const step: Step = isStep(kept) ? kept : draft.audience ? "message" : "audience";
    onOpen(new DraftKeeper(client, campaigns, me.name, { campaign: draft, step }, (next) => replace("new", next)));
  }, [draft, id, client, campaigns, me, onOpen]);
  if (!found || draft) return null;
  const kept = find(me.name, id);
  const isGone = found instanceof ApiError && found.status === 404;
  return (
    <div className="wizard-note">
      {found instanceof ApiError ? (
        <p>{isGone ? words.noSuchDraft : words.notNow(told(found))}</p>
      ) : (
        <p>
          {words.noDraftAnyMore(status[found.status])} <a href={`#/outgoing/${id}`}>{words.toDetails}</a>
        </p>
      )}
      {kept && (isGone || !(found instanceof ApiError)) && (
        <p>
          {words.stillKept}{" "}
          <Button
            onClick={() => {
              drop(me.name, id);
              const from = { key: newKey(), kept: { ...kept, creation: newIdempotencyKey(), version: 0 } };
              replace("new");
              onOpen(new DraftKeeper(client, campaigns, me.name, from, (next) => replace("new", next)));
            }}
          >
            {words.trouble.keepAsNew}
          </Button>
        </p>
      )}
    </div>
  );
}
