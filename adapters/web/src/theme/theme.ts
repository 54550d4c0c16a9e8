// Light, dark, or like the system. The colours themselves are in tokens.css.
export type Theme = "auto" | "light" | "dark";

const key = "sluice.theme";

export function keptTheme(): Theme {
  const kept = localStorage.getItem(key);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  document.documentElement.dataset["theme"] = theme;
}
