// Totals that change in steps over one time, drawn at the size that they have on the page, so that words keep theirs:
// curves, shaded stretches, marks, and what holds at the moment under the pointer.
import { useId, useState } from "react";
import { useWords } from "../i18n/words";
import { Axes, scalesOf, type Scales } from "./axes";
import { useWidth } from "./use_width";
import "./step_chart.css";

export type Point = [at: number, total: number];

export interface Curve {
  kind: string;
  /** In the order of time; level between them. */
  points: Point[];
  /** Until when the last one is drawn. */
  end: number;
  isFilled?: boolean;
  /** A dot at each point. */
  hasDots?: boolean;
}

export interface Mark {
  at: number;
  kind: string;
  label: string;
}

interface Props<Moment extends { at: number }> {
  title: string;
  height: number;
  from: number;
  to: number;
  total: number;
  curves: Curve[];
  pauses?: [from: number, to: number][];
  marks?: Mark[];
  /** In the order of time: what `say` says of the last one before the pointer. */
  moments: Moment[];
  say: (moment: Moment) => string;
}

export function StepChart<Moment extends { at: number }>(props: Props<Moment>) {
  const { title, height, from, to, total, curves, pauses = [], marks = [], moments, say } = props;
  const { formats: f } = useWords();
  const [frame, width] = useWidth();
  const [pointed, setPointed] = useState<Moment | null>(null);
  const id = useId();
  const scales = scalesOf({ width, height, from, to, total }, f);
  const { x, top, bottom } = scales;
  return (
    <>
      <div className="step-chart" ref={frame}>
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
            <title id={`${id}-title`}>{title}</title>
            {pauses.map(([begin, end]) => (
              <rect key={begin} className="pause" x={x(begin)} width={Math.max(x(end) - x(begin), 1)} y={top} height={bottom - top} />
            ))}
            <Axes scales={scales} />
            {curves.map((one) => (
              <CurvePath key={one.kind} curve={one} scales={scales} />
            ))}
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
        {pointed ? `${f.moment(pointed.at)}: ${say(pointed)}` : "\u00a0"}
      </p>
    </>
  );
}

function CurvePath({ curve, scales: { x, y } }: { curve: Curve; scales: Scales }) {
  const { kind, points, end, isFilled, hasDots } = curve;
  const line = stepPath(points.map(([at, total]) => [x(at), y(total)]), y(0), x(end));
  return (
    <>
      {isFilled && <path className="area" data-kind={kind} d={`${line}V${y(0)}H${x(points[0]?.[0] ?? end)}Z`} />}
      <path className="line" data-kind={kind} d={line} />
      {hasDots && points.map(([at, total]) => <circle key={at} className="dot" data-kind={kind} cx={x(at)} cy={y(total)} r={2.5} />)}
    </>
  );
}

/** Level until each point, then up (or down) to it, and level on to `end`; points that share a pixel are drawn as one. */
function stepPath(points: Point[], base: number, end: number): string {
  let drawn = "";
  let last = -1;
  for (const [index, [at, level]] of points.entries()) {
    if (at - last < 0.5 && index < points.length - 1) continue;
    drawn += drawn ? `H${at.toFixed(1)}V${level.toFixed(1)}` : `M${at.toFixed(1)} ${base}V${level.toFixed(1)}`;
    last = at;
  }
  return drawn ? `${drawn}H${end.toFixed(1)}` : `M${end.toFixed(1)} ${base}`;
}
