// What the engine says in English, told in another language: sentences that are always the same, and patterns of those
// that hold names and numbers.

export type Pattern = [RegExp, (...found: string[]) => string];

export interface Phrases {
  sentences: Record<string, string>;
  patterns: Pattern[];
}

/** Nothing where it is not known. */
export function spoken({ sentences, patterns }: Phrases, text: string): string | null {
  const sentence = Object.hasOwn(sentences, text) ? sentences[text] : undefined;
  if (sentence !== undefined) return sentence;
  for (const [pattern, told] of patterns) {
    const found = pattern.exec(text);
    if (found) return told(...[...found].map((one) => one ?? ""));
  }
  return null;
}
