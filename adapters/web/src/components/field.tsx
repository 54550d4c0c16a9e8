// A labelled field with its hint or, in the hint's place, what is wrong with it: the page does not jump.
import { useId, type ReactNode } from "react";
import "./field.css";

export interface FieldLinks {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

interface Props {
  label: string;
  hint?: ReactNode;
  fault?: string | null | undefined;
  className?: string;
  children: (links: FieldLinks) => ReactNode;
}

export function Field({ label, hint, fault, className = "", children }: Props) {
  const id = useId();
  const described = fault ? `${id}-fault` : hint ? `${id}-hint` : "";
  return (
    <div className={`field ${className}`}>
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(described && { "aria-describedby": described }), ...(fault && { "aria-invalid": true }) })}
      {fault && (
        <p className="field-fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
      {hint && !fault && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
