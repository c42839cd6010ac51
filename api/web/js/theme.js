/* Light, dark, or as the system is. */

const KEPT = "anamnese.theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");

export const isDark = () =>
  document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : DARK.matches;

export function applyTheme() {
  const kept = localStorage.getItem(KEPT);
  if (kept) document.documentElement.dataset.theme = kept;
}

export function turnTheme() {
  const wanted = isDark() ? "light" : "dark";
  localStorage.setItem(KEPT, wanted);
  document.documentElement.dataset.theme = wanted;
  dispatchEvent(new Event("themechange"));
}
