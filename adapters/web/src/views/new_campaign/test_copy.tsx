// A copy to oneself before all others get it.
import { useRef, useState } from "react";
import { ApiError, newIdempotencyKey } from "../../api/client";
import type { Reply } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { useSlip } from "../../components/use_slip";
import { useSpoken } from "../../i18n/use_spoken";
import { useViewWords } from "../../i18n/view_words";
import { useSession } from "../../session/session";
import type { DraftKeeper } from "./draft_keeper";
import { Field } from "../../components/field";
import { words as table } from "./words";

interface Copy extends Reply {
  address: string;
  outcome: string;
}

export function TestCopy({ keeper, index }: { keeper: DraftKeeper; index: number }) {
  const { client } = useSession();
  const words = useViewWords(table).test;
  const announce = useAnnounce();
  const told = useSpoken();
  const [addresses, setAddresses] = useState(() => sessionStorage.getItem("sluice.test_copy") ?? "");
  const [copies, setCopies] = useState<Copy[]>([]);
  const [fault, setFault] = useState("");
  const [isSending, setIsSending] = useState(false);
  const isUnderWay = useRef(false);
  const { isSlip, ended } = useSlip();

  const send = async () => {
    const wanted = addresses.split(/[\s,;]+/).filter(Boolean);
    if (isUnderWay.current) return;
    setFault("");
    setCopies([]);
    if (wanted.length === 0) return setFault(words.needsAddress);
    isUnderWay.current = true;
    setIsSending(true);
    try {
      if (!(await keeper.flush())) return setFault(words.needsDraft);
      sessionStorage.setItem("sluice.test_copy", addresses);
      const asked = { body: { addresses: wanted, index }, idempotencyKey: newIdempotencyKey() };
      const { items } = await client.json<{ items: Copy[] }>("POST", `/v1/campaigns/${keeper.id}/test`, asked);
      setCopies(items);
      announce(items.map((one) => `${one.address}: ${words.outcomes[one.outcome] ?? one.outcome}`).join(". "));
    } catch (problem) {
      setFault(problem instanceof ApiError && problem.code !== "unreachable" ? told(problem) : words.cutOff);
    } finally {
      isUnderWay.current = false;
      ended();
      setIsSending(false);
    }
  };

  return (
    <form
      className="test-copy"
      aria-labelledby="test-title"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h3 id="test-title">{words.title}</h3>
      <Field label={words.addresses} hint={words.hint} fault={fault}>
        {(links) => (
          <input {...links} type="text" value={addresses} autoComplete="off" onChange={(event) => setAddresses(event.target.value)} />
        )}
      </Field>
      <Button type="submit" aria-disabled={isSending} onClick={(event) => isSlip(event.detail) && event.preventDefault()}>
        {isSending ? words.sending : words.send}
      </Button>
      {copies.length > 0 && (
        <ul className="copies">
          {copies.map((one) => (
            <li key={one.address} data-outcome={one.outcome}>
              <b dir="auto">{one.address}</b> {words.outcomes[one.outcome] ?? one.outcome}
              <span className="hint" dir="auto">
                {one.code ? `${one.code} ${one.text}` : told(one)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
