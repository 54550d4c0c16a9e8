// A question before something is done once, whatever is clicked and however often it must be sent.
import { useState, type ReactNode } from "react";
import type { CommandAnswer } from "../api/types";
import { useOnce } from "../api/use_once";
import { useSpoken } from "../i18n/use_spoken";
import { useWords } from "../i18n/words";
import { Button } from "./button";
import { Dialog } from "./dialog";

interface Props<Answer> {
  title: string;
  /** What is done, as a fault names it. */
  name: string;
  /** The same on its button, and for tests. */
  act: string;
  command: string;
  isDangerous: boolean;
  send: (idempotencyKey: string) => Promise<Answer>;
  onDone: (answer: Answer, idempotencyKey: string) => void;
  onClose: () => void;
  /** Said where nothing was changed; without it `onDone` is told so. */
  nothingDone?: string;
  children: ReactNode;
}

export function QuestionDialog<Answer extends Pick<CommandAnswer, "changed">>(props: Props<Answer>) {
  const { title, name, act, command, isDangerous, send, onDone, onClose, nothingDone, children } = props;
  const { commands, frame } = useWords();
  const told = useSpoken();
  const once = useOnce(async (key) => ({ answer: await send(key), key }));
  const [isNothingDone, setIsNothingDone] = useState(false);
  const isOver = isNothingDone || (once.fault !== null && once.fault.code !== "unreachable");
  const carryOut = async () => {
    const done = await once.send();
    if (!done) return;
    if (nothingDone && !done.answer.changed) setIsNothingDone(true);
    else onDone(done.answer, done.key);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      isBusy={once.isPending}
      title={title}
      actions={
        isOver ? (
          <Button onClick={onClose}>{frame.close}</Button>
        ) : (
          <>
            <Button onClick={onClose} disabled={once.isPending}>
              {commands.keep}
            </Button>
            <Button
              look={isDangerous ? "danger" : "primary"}
              data-command={command}
              aria-disabled={once.isPending}
              onClick={() => void carryOut()}
            >
              {once.isPending ? commands.pending : once.fault ? commands.retry : act}
            </Button>
          </>
        )
      }
    >
      {children}
      {isNothingDone && (
        <p className="notice" role="alert">
          {nothingDone}
        </p>
      )}
      {once.fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {isOver ? commands.refused(name, told(once.fault)) : commands.failed(name)}
        </p>
      )}
    </Dialog>
  );
}
