// A chart of totals over time: where a moment and a total lie on the page, and the axes that say so.
import { useWords } from "../i18n/words";
import type { Formats } from "../i18n/format";
import { timeTicks, valueTicks } from "./ticks";
import "./axes.css";

const margin = { top: 14, right: 16, bottom: 26, left: 18 };
const digitWidth = 7;
/** Room for "18:30:05" or "1 Dec". */
const timeWidth = 92;
/** Below it the seconds are said too. */
const secondsBelow = 600_000;

interface Frame {
  width: number;
  height: number;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  total: number;
}

export interface Scales extends Frame {
  x: (at: number) => number;
  y: (total: number) => number;
  momentAt: (x: number) => number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  values: number[];
}

export function scalesOf(frame: Frame, f: Formats): Scales {
  const { width, height, from, to, total } = frame;
  const values = valueTicks(total);
  const most = Math.max(values.at(-1) ?? 1, total, 1);
  const left = margin.left + digitWidth * f.count(most).length;
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const inner = Math.max(right - left, 1);
  return {
    ...frame,
    values,
    left,
    right,
    bottom,
    top: margin.top,
    x: (at) => left + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * inner,
    y: (value) => bottom - (value / most) * (bottom - margin.top),
    momentAt: (x) => from + ((x - left) / inner) * (to - from),
  };
}

export function Axes({ scales }: { scales: Scales }) {
  const { formats: f } = useWords();
  const { x, y, left, right, top, bottom, height, from, to, values } = scales;
  const clock = to - from < secondsBelow ? f.clock : (at: number) => f.clock(at).slice(0, 5);
  return (
    <>
      {values.map((value) => (
        <g key={value} className="tick">
          <line x1={left} x2={right} y1={y(value)} y2={y(value)} />
          <text x={left - 8} y={y(value)} dy="0.32em" textAnchor="end">
            {f.count(value)}
          </text>
        </g>
      ))}
      {timeTicks(from, to, Math.max(2, Math.floor((right - left) / timeWidth))).map(({ at, isDay }) => (
        <g key={at} className="tick" data-day={isDay || undefined}>
          <line x1={x(at)} x2={x(at)} y1={top} y2={bottom} />
          <text x={x(at)} y={height - 8} textAnchor="middle">
            {isDay ? f.day(at) : clock(at)}
          </text>
        </g>
      ))}
    </>
  );
}
