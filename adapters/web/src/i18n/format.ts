// Dates, numbers and plural forms of one language, all by Intl. Times are in the browser's time zone.

export interface PluralForms {
  one: string;
  few?: string;
  many?: string;
  other: string;
}

export function formatsOf(language: string) {
  const numbers = new Intl.NumberFormat(language);
  const rates = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  const rules = new Intl.PluralRules(language);
  const date = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const parts = (moment: string | number) =>
    Object.fromEntries(date.formatToParts(new Date(moment)).map((part) => [part.type, part.value])) as Record<
      Intl.DateTimeFormatPartTypes,
      string
    >;
  const count = (value: number) => numbers.format(value);
  return {
    /** "12,400" */
    count,
    /** "0.8", "25", "1,300" */
    rate: (value: number) => (value >= 100 ? count(Math.round(value)) : rates.format(value)),
    /** "1.5" */
    decimal: (value: number) => numbers.format(value),
    /** The form of the word that goes with the number. */
    plural: (value: number, forms: PluralForms) => {
      const rule = rules.select(value);
      return forms[rule as keyof PluralForms] ?? forms.other;
    },
    /** "1 Dec 2026 09:00", with seconds only where there are any. */
    moment: (at: string | number) => {
      const p = parts(at);
      const seconds = p.second === "00" ? "" : `:${p.second}`;
      return `${p.day} ${p.month} ${p.year} ${p.hour}:${p.minute}${seconds}`;
    },
    /** "09:00" for today, "1 Dec 09:00" in this year, else all of it; to the minute. */
    near: (at: string | number, now = Date.now()) => {
      const p = parts(at);
      const n = parts(now);
      const time = `${p.hour}:${p.minute}`;
      if (p.year === n.year && p.month === n.month && p.day === n.day) return time;
      return p.year === n.year ? `${p.day} ${p.month} ${time}` : `${p.day} ${p.month} ${p.year} ${time}`;
    },
    /** "1 Dec 2026" */
    date: (at: string | number) => {
      const p = parts(at);
      return `${p.day} ${p.month} ${p.year}`;
    },
    /** "1 Dec" */
    day: (at: string | number) => {
      const p = parts(at);
      return `${p.day} ${p.month}`;
    },
    /** "09:00:41" */
    clock: (at: string | number) => {
      const p = parts(at);
      return `${p.hour}:${p.minute}:${p.second}`;
    },
  };
}

export type Formats = ReturnType<typeof formatsOf>;

/** "30m" taken apart: [30, "m"]. Units: ms, s, m, h, d. */
export function splitDuration(text: string): [number, string] {
  const found = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  return found ? [Number(found[1]), found[2] ?? "s"] : [0, text];
}
