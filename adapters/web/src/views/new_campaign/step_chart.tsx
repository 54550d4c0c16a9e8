// A total that grows in steps over time: letters due by a plan. Drawn at the size that it has on the page, so that
// words keep theirs.
import { useId, useState } from "react";
import { useWords } from "../../i18n/words";
import { Axes, scalesOf } from "../../components/axes";
import { useWidth } from "../../components/use_width";

export interface StepPoint {
  /** Milliseconds since 1970. */
  at: number;
  /** From `at` on. */
  total: number;
}

interface Props {
  /** In the order of time. */
  steps: StepPoint[];
  label: string;
}

const height = 240;
/** What all at once is drawn over. */
const spanMin = 3_600_000;

export function StepChart({ steps, label }: Props) {
  const { formats: f, letters } = useWords();
  const [frame, width] = useWidth();
  const [pointed, setPointed] = useState<StepPoint | null>(null);
  const id = useId();
  const first = steps[0];
  const end = steps.at(-1);
  if (!first || !end) return null;
  const span = Math.max(end.at - first.at, spanMin);
  const from = first.at - span * 0.03;
  const to = Math.max(end.at, first.at + span) + span * 0.05;
  const scales = scalesOf({ width, height, from, to, total: end.total }, f);
  const { x, y } = scales;
  const line = path(steps, x, y, scales.right);
  return (
    <div className="step-chart" ref={frame}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-labelledby={`${id}-title`}
          onPointerMove={(event) => {
            const at = scales.momentAt(event.nativeEvent.offsetX);
            setPointed(steps.findLast((one) => one.at <= at) ?? null);
          }}
          onPointerLeave={() => setPointed(null)}
        >
          <title id={`${id}-title`}>
            {`${label}: ${letters(end.total)}, ${f.moment(first.at)} – ${f.moment(end.at)}`}
          </title>
          <Axes scales={scales} />
          <path className="area" d={`${line}V${y(0)}H${x(first.at)}Z`} />
          <path className="line" d={line} />
          {pointed && <circle cx={x(pointed.at)} cy={y(pointed.total)} r={4} />}
        </svg>
      )}
      <p className="hint" aria-hidden="true">
        {pointed ? `${f.moment(pointed.at)}: ${letters(pointed.total)}` : "\u00a0"}
      </p>
    </div>
  );
}

/** Up at each step, level between; steps that share a pixel are drawn as one. */
function path(
  steps: StepPoint[],
  x: (at: number) => number,
  y: (total: number) => number,
  right: number,
): string {
  let drawn = "";
  let last = -1;
  for (const [index, one] of steps.entries()) {
    const at = x(one.at);
    if (at - last < 0.5 && index < steps.length - 1) continue;
    drawn += drawn ? `H${at.toFixed(1)}V${y(one.total).toFixed(1)}` : `M${at.toFixed(1)} ${y(0)}V${y(one.total).toFixed(1)}`;
    last = at;
  }
  return `${drawn}H${right}`;
}
