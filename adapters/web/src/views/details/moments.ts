// A campaign's two curves, what was due and what left, as one row of moments.
import type { Progress } from "../../api/types";

export interface Moment {
  at: number;
  due: number;
  /** Nothing for moments that are still to come. */
  left: number | null;
}

/** The moments at which something changed, with what was due and what had left. */
export function momentsOf(progress: Progress): Moment[] {
  const moments = new Map<number, Moment>();
  const all = [...progress.plan, ...progress.left].map(([at]) => Date.parse(at)).sort((left, right) => left - right);
  let due = 0;
  let left = 0;
  let nextDue = 0;
  let nextLeft = 0;
  const until = Date.parse(progress.ended_at ?? progress.now);
  for (const at of all) {
    for (; nextDue < progress.plan.length && Date.parse(progress.plan[nextDue]?.[0] ?? "") <= at; ++nextDue)
      due = progress.plan[nextDue]?.[1] ?? due;
    for (; nextLeft < progress.left.length && Date.parse(progress.left[nextLeft]?.[0] ?? "") <= at; ++nextLeft)
      left = progress.left[nextLeft]?.[1] ?? left;
    moments.set(at, { at, due, left: at > until ? null : left });
  }
  return [...moments.values()];
}
