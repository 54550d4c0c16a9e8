// Two curves over one time: what was due by the plan, and what left. Pauses are shaded, parts have a dot each while there
// is room for them.
import type { Progress } from "../../api/types";
import { StepChart, type Mark, type Point } from "../../components/step_chart";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { momentsOf } from "./moments";
import { words as table } from "./words";

const height = 300;
const spanMin = 1_000;
const partDotsMax = 80;

export function ProgressChart({ progress }: { progress: Progress }) {
  const words = useViewWords(table).progress;
  const { formats: f, letters } = useWords();
  const plan = progress.plan.map(([at, due]): Point => [Date.parse(at), due]);
  const left = progress.left.map(([at, count]): Point => [Date.parse(at), count]);
  const start = Date.parse(progress.t0 ?? progress.now);
  const shownTo = Date.parse(progress.ended_at ?? progress.now);
  const planEnd = plan.at(-1)?.[0] ?? start;
  const first = Math.min(start, left[0]?.[0] ?? start);
  const span = Math.max(shownTo - first, planEnd - first, spanMin);
  const [from, to] = [first - span * 0.02, first + span * 1.03];
  const hasDots = plan.length <= partDotsMax;
  const marks: Mark[] = [
    ...progress.restarts.map((at) => ({ at: Date.parse(at), kind: "restart", label: words.restart })),
    ...(progress.released_at ? [{ at: Date.parse(progress.released_at), kind: "released", label: words.released }] : []),
  ];
  return (
    <figure className="progress-chart">
      <StepChart
        title={`${words.chart}: ${letters(progress.total)}, ${f.moment(first)} – ${f.moment(Math.max(planEnd, shownTo))}`}
        {...{ height, from, to, marks }}
        total={progress.total}
        curves={[
          { kind: "due", points: plan, end: to, isFilled: true, hasDots },
          { kind: "left", points: left, end: shownTo },
        ]}
        pauses={progress.pauses.map(([begin, end]) => [Date.parse(begin), Date.parse(end ?? progress.now)])}
        moments={momentsOf(progress)}
        say={(moment) => words.at(f.count(moment.due), moment.left === null ? "…" : f.count(moment.left))}
      />
      <ul className="legend chart-legend">
        <li data-key="due">{words.due}</li>
        <li data-key="left">{words.left}</li>
        {plan.length > 1 && hasDots && <li data-key="part">{words.parts}</li>}
        {progress.pauses.length > 0 && <li data-key="pause">{words.pauses}</li>}
        {progress.restarts.length > 0 && <li data-key="restart">{words.restart}</li>}
        {progress.released_at && <li data-key="released">{words.released}</li>}
      </ul>
    </figure>
  );
}
