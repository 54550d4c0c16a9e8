// Two step curves over one time: what was due by the plan, and what left. Pauses are shaded, parts have a mark each
// while there is room for them.
import { useId, useState } from "react";
import type { Progress } from "../../api/types";
import { Axes, scalesOf } from "../../components/axes";
import { useWidth } from "../../components/use_width";
import { useViewWords } from "../../i18n/view_words";
import { useWords } from "../../i18n/words";
import { momentsOf, type Moment } from "./moments";
import { words as table } from "./words";

type Point = [at: number, total: number];

const height = 300;
const spanMin = 1_000;
const partMarksMax = 80;

export function ProgressChart({ progress }: { progress: Progress }) {
  const words = useViewWords(table).progress;
  const { formats: f, letters } = useWords();
  const [frame, width] = useWidth();
  const [pointed, setPointed] = useState<Moment | null>(null);
  const id = useId();
  const plan = progress.plan.map(([at, due]): Point => [Date.parse(at), due]);
  const left = progress.left.map(([at, count]): Point => [Date.parse(at), count]);
  const start = Date.parse(progress.t0 ?? progress.now);
  const shownTo = Date.parse(progress.ended_at ?? progress.now);
  const planEnd = plan.at(-1)?.[0] ?? start;
  const first = Math.min(start, left[0]?.[0] ?? start);
  const span = Math.max(shownTo - first, planEnd - first, spanMin);
  const [from, to] = [first - span * 0.02, first + span * 1.03];
  const scales = scalesOf({ width, height, from, to, total: progress.total }, f);
  const { x, y, top, bottom } = scales;
  const line = (points: Point[], end: number) => stepPath(points.map(([at, total]) => [x(at), y(total)]), y(0), x(end));
  const dueLine = line(plan, to);
  const moments = momentsOf(progress);
  const marks: { at: number; kind: string; label: string }[] = [
    ...progress.restarts.map((at) => ({ at: Date.parse(at), kind: "restart", label: words.restart })),
    ...(progress.released_at ? [{ at: Date.parse(progress.released_at), kind: "released", label: words.released }] : []),
  ];
  return (
    <figure className="progress-chart">
      <div ref={frame}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-labelledby={`${id}-title`}
            onPointerMove={(event) => {
              const at = scales.momentAt(event.nativeEvent.offsetX);
              setPointed(moments.findLast((one) => one.at <= at) ?? null);
            }}
            onPointerLeave={() => setPointed(null)}
          >
            <title id={`${id}-title`}>
              {`${words.chart}: ${letters(progress.total)}, ${f.moment(first)} – ${f.moment(Math.max(planEnd, shownTo))}`}
            </title>
            {progress.pauses.map(([begin, end]) => {
              const at = x(Date.parse(begin));
              return (
                <rect
                  key={begin}
                  className="pause"
                  x={at}
                  width={Math.max(x(end ? Date.parse(end) : Date.parse(progress.now)) - at, 1)}
                  y={top}
                  height={bottom - top}
                />
              );
            })}
            <Axes scales={scales} />
            <path className="due-area" d={`${dueLine}V${y(0)}H${x(plan[0]?.[0] ?? start)}Z`} />
            <path className="due-line" d={dueLine} />
            <path className="left-line" d={line(left, shownTo)} />
            {plan.length <= partMarksMax &&
              plan.map(([at, due]) => <circle key={at} className="part" cx={x(at)} cy={y(due)} r={2.5} />)}
            {marks.map((one) => (
              <line key={one.kind + one.at} className="mark" data-kind={one.kind} x1={x(one.at)} x2={x(one.at)} y1={top} y2={bottom}>
                <title>{`${one.label}: ${f.moment(one.at)}`}</title>
              </line>
            ))}
            {pointed && <line className="pointer" x1={x(pointed.at)} x2={x(pointed.at)} y1={top} y2={bottom} />}
          </svg>
        )}
      </div>
      <p className="hint" aria-hidden="true">
        {pointed
          ? `${f.moment(pointed.at)}: ${words.at(f.count(pointed.due), pointed.left === null ? "…" : f.count(pointed.left))}`
          : "\u00a0"}
      </p>
      <ul className="legend chart-legend">
        <li data-key="due">{words.due}</li>
        <li data-key="left">{words.left}</li>
        {plan.length > 1 && plan.length <= partMarksMax && <li data-key="part">{words.parts}</li>}
        {progress.pauses.length > 0 && <li data-key="pause">{words.pauses}</li>}
        {progress.restarts.length > 0 && <li data-key="restart">{words.restart}</li>}
        {progress.released_at && <li data-key="released">{words.released}</li>}
      </ul>
    </figure>
  );
}

/** Level until each point, then up (or down) to it, and level on to `end`. */
function stepPath(points: Point[], base: number, end: number): string {
  let drawn = "";
  for (const [at, level] of points)
    drawn += drawn ? `H${at.toFixed(1)}V${level.toFixed(1)}` : `M${at.toFixed(1)} ${base}V${level.toFixed(1)}`;
  return drawn ? `${drawn}H${end.toFixed(1)}` : `M${end.toFixed(1)} ${base}`;
}
