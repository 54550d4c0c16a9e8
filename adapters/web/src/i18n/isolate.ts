// Names that people give stand in the middle of our sentences. One that holds a control character of the
// bidirectional algorithm would turn round what stands behind it: “Cancel the campaign” would read as something else.

/** Embeddings, overrides and isolates (UAX #9), which are not to be seen themselves. */
const controls = /[\u202A-\u202E\u2066-\u2069]/g;
const rightToLeft = /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}|\u200F/u;

/** The text with its direction kept to itself; as it is where it has none of its own. */
export function isolated(text: string): string {
  const plain = text.replace(controls, "");
  return plain === text && !rightToLeft.test(text) ? text : `\u2068${plain}\u2069`;
}
