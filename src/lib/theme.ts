/** Light, dark, or whatever the system says. index.html applies the choice before the first paint. */

export type ThemeChoice = 'system' | 'light' | 'dark';
const storageKey = 'baton.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export function getThemeChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function apply() {
  const choice = getThemeChoice();
  const dark = choice === 'system' ? system.matches : choice === 'dark';
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

export function setThemeChoice(choice: ThemeChoice) {
  if (choice === 'system') localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, choice);
  apply();
}

export function toggleTheme() {
  setThemeChoice(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
}

system.addEventListener('change', apply);
