// The whole plan as the engine will keep it, from what is typed.
import type { Timetable } from "../../api/types";
import { useSession } from "../../session/session";
import { planOf, type PlanForm } from "./draft_form";
import { useAsked, type Asked } from "./use_asked";

export const partsShownMax = 2000;

export function useTimetable(plan: PlanForm, letters: number): Asked<Timetable> {
  const { client } = useSession();
  const wanted = planOf(plan);
  const question = wanted && letters > 0 ? JSON.stringify({ letters, plan: wanted }) : null;
  return useAsked(question, (signal) =>
    client.json<Timetable>("POST", `/v1/plan?limit=${partsShownMax}`, { body: { letters, plan: wanted }, signal }),
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
