/** "812 bytes", "3.4 MB": bytes as people read them. */
export function sizesOf(language: string, units: [string, string, string, string]): (bytes: number) => string {
  const numbers = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  return (bytes) => {
    const power = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
    return `${numbers.format(bytes / 1000 ** power)} ${units[power] ?? ""}`;
  };
}
