// Where an axis has its marks: round numbers, round times of day, midnights.
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const shorts = [1, 2, 5, 10, 15, 30];
const stretches = [...shorts.map((n) => n * second), ...shorts.map((n) => n * minute)].concat([1, 2, 3, 6, 12].map((n) => n * hour));
const days = [1, 2, 3, 7, 14, 28, 56, 91, 182, 364, 728, 1820, 3640, 18_200, 36_400, 182_000, 364_000];

export interface TimeTick {
  at: number;
  /** It is a midnight: the day is what is to be said of it. */
  isDay: boolean;
}

/** In the browser's time zone, whose days may have 23 hours. */
export function timeTicks(from: number, to: number, most: number): TimeTick[] {
  const stretch = stretches.find((one) => (to - from) / one <= most);
  const ticks: TimeTick[] = [];
  const midnight = new Date(from);
  midnight.setHours(0, 0, 0, 0);
  if (stretch !== undefined) {
    for (let number = stretch < hour ? Math.floor((from - midnight.getTime()) / stretch) : 0; ; ++number) {
      const clock = new Date(midnight);
      // Whole hours by the clock, so that midnight is met also behind a change of the clock.
      if (stretch < hour) clock.setTime(midnight.getTime() + number * stretch);
      else clock.setHours((number * stretch) / hour);
      const at = clock.getTime();
      if (at > to) return ticks;
      if (at >= from) ticks.push({ at, isDay: clock.getHours() === 0 && clock.getMinutes() === 0 });
    }
  }
  const step = days.find((one) => (to - from) / (one * day) <= most) ?? Math.ceil((to - from) / day / most);
  for (const one = midnight; one.getTime() <= to; one.setDate(one.getDate() + step))
    if (one.getTime() >= from) ticks.push({ at: one.getTime(), isDay: true });
  return ticks;
}

/** From 0 to `max` or a little above, at most six. */
export function valueTicks(max: number): number[] {
  const rough = Math.max(max, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough && Number.isInteger(n)) ?? rough);
  const ticks = [];
  for (let value = 0; value < max + step; value += step) ticks.push(value);
  return ticks;
}
