// The whole plan as the engine will keep it, from what is typed.
import type { Timetable } from "../../api/types";
import { useSession } from "../../session/session";
import { planOf, type PlanForm } from "./draft_form";
import { useAsked, type Asked } from "../../stream/use_asked";

/** What the engine gives at once. */
export const partsMax = 10_000;
const partsAtFirst = 400;
const curvePoints = 400;

export function useTimetable(plan: PlanForm, letters: number, rows = partsAtFirst): Asked<Timetable> {
  const { client } = useSession();
  const wanted = planOf(plan);
  const limit = Math.min(Math.max(rows, partsAtFirst), partsMax);
  const question = letters === 0 ? null : wanted ? JSON.stringify({ letters, plan: wanted, limit }) : undefined;
  return useAsked(question, (signal) =>
    client.json<Timetable>("POST", `/v1/plan?limit=${limit}&points=${curvePoints}`, {
      body: { letters, plan: wanted },
      signal,
    }),
  );
}

/** How many parts there are, also where not all were sent. */
export function partCount(plan: Timetable): number {
  const { items, ends_at } = plan;
  if (!plan.next) return items.length;
  const [first, second] = items;
  if (!first || !second) return items.length;
  // Part k is due at T0 + k·every.
  const start = Date.parse(first.at);
  return 1 + Math.round((Date.parse(ends_at) - start) / (Date.parse(second.at) - start));
}
