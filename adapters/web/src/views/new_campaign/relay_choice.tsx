// Through which of several sending servers; nothing where there is but one.
import { useViewWords } from "../../i18n/view_words";
import { useRelays } from "../../components/use_relays";
import { Field } from "../../components/field";
import type { StepProps } from "./wizard";
import { words as table } from "./words";

export function RelayChoice({ keeper, form }: Pick<StepProps, "keeper" | "form">) {
  const words = useViewWords(table).relay;
  const named = useRelays().filter((one) => one.name !== "");
  const isGone = form.relay !== "" && !named.some((one) => one.name === form.relay);
  // One that is gone must be seen, to be chosen anew: the engine does not take it.
  if (named.length === 0 && form.relay === "") return null;
  return (
    <Field label={words.label} hint={form.relay ? words.onlyThatOne : words.anyHint}>
      {(links) => (
        <select {...links} value={form.relay} onChange={(event) => keeper.change({ relay: event.target.value })}>
          <option value="">{words.any}</option>
          {named.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name + (one.standby ? words.standby : "") + (one.trouble ? words.fails : "")}
            </option>
          ))}
          {isGone && <option value={form.relay}>{form.relay + words.gone}</option>}
        </select>
      )}
    </Field>
  );
}
