/** Light, dark, or whatever the system says. index.html applies the choice before the first paint. */
import { kept } from './kept';

export type ThemeChoice = 'system' | 'light' | 'dark';
const isChosen = (stored: string): stored is ThemeChoice => stored === 'light' || stored === 'dark';
const theme = kept<ThemeChoice>(
  'baton.theme',
  'system',
  (stored) => (isChosen(stored) ? stored : 'system'),
  (choice) => (choice === 'system' ? null : choice),
);
const system = matchMedia('(prefers-color-scheme: dark)');

export const getThemeChoice = theme.now;

function apply() {
  const choice = getThemeChoice();
  const dark = choice === 'system' ? system.matches : choice === 'dark';
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

export function setThemeChoice(choice: ThemeChoice) {
  theme.set(choice);
  apply();
}

export function toggleTheme() {
  setThemeChoice(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
}

system.addEventListener('change', apply);
