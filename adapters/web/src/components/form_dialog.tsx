// A dialog with fields, sent once however it is clicked. What the engine refuses is told, and may be mended.
import { useRef, useState, type FormEvent, type ReactNode } from "react";
import { ApiError, newIdempotencyKey } from "../api/client";
import { useSpoken } from "../i18n/use_spoken";
import { useWords } from "../i18n/words";
import { Button } from "./button";
import { Dialog } from "./dialog";

interface Props<Answer> {
  title: string;
  /** What is done, on its button and as a fault names it. */
  act: string;
  /** Nothing can be sent yet. */
  isOff?: boolean;
  send: (idempotencyKey: string) => Promise<Answer>;
  onDone: (answer: Answer) => void;
  onClose: () => void;
  children: ReactNode;
}

export function FormDialog<Answer>({ title, act, isOff = false, send, onDone, onClose, children }: Props<Answer>) {
  const { commands, frame } = useWords();
  const told = useSpoken();
  const [isPending, setIsPending] = useState(false);
  const [fault, setFault] = useState<ApiError | null>(null);
  const isUnderWay = useRef(false);
  /** Of a request that nobody knows the end of; what was refused is sent as another one. */
  const key = useRef<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isOff || isUnderWay.current) return;
    isUnderWay.current = true;
    setIsPending(true);
    setFault(null);
    key.current ??= newIdempotencyKey();
    try {
      onDone(await send(key.current));
    } catch (problem) {
      const why = problem instanceof ApiError ? problem : new ApiError(0, "internal", String(problem));
      if (why.code !== "unreachable") key.current = null;
      setFault(why);
    } finally {
      isUnderWay.current = false;
      setIsPending(false);
    }
  };
  const id = useRef(newIdempotencyKey()).current;
  return (
    <Dialog
      open
      onClose={onClose}
      isBusy={isPending}
      title={title}
      actions={
        <>
          <Button onClick={onClose} disabled={isPending}>
            {frame.close}
          </Button>
          <Button look="primary" type="submit" form={id} aria-disabled={isPending || isOff}>
            {isPending ? commands.pending : act}
          </Button>
        </>
      }
    >
      <form id={id} className="dialog-form" onSubmit={(event) => void submit(event)}>
        {children}
      </form>
      {fault && (
        <p className="notice" data-kind="trouble" role="alert">
          {fault.code === "unreachable" ? commands.failed(act) : commands.refused(act, told(fault))}
        </p>
      )}
    </Dialog>
  );
}
