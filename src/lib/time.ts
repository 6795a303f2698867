/** Times as people read them. Ages tick in the browser; the server only ever gives instants. */

/** One way to write the time of day, the locale's: 9:52 AM, 09:52. */
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const shortWeekday = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
});
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export const formatClock = (at: number) => clock.format(at);
/** As the clock stands in that zone: "6:05 PM". */
export const formatClockIn = (at: number, timeZone: string) =>
  new Intl.DateTimeFormat(undefined, { timeStyle: 'short', timeZone }).format(at);
export const formatFull = (at: number) => full.format(at);
export const formatDay = (at: number) => weekday.format(at);

/** "now", "4m", "3h" up to a day, then the date. */
export function formatAge(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h`;
  return dayAndMonth.format(at);
}

/** "just now", "3 s ago", "4 min ago", "3 h ago" up to a day, then the date and the time. */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1_000);
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h ago` : formatFull(at);
}

/** An instant to come: "10:30", "tomorrow, 8:00", "Mon, 8:00", then the date; the clock as the locale writes it. */
export function formatSoon(at: number, now: number): string {
  const days = daysBetween(now, at);
  if (days === 0) return formatClock(at);
  if (days === 1) return `tomorrow, ${formatClock(at)}`;
  return days < 7 ? `${shortWeekday.format(at)}, ${formatClock(at)}` : formatFull(at);
}

/** Midnights from one instant to the other. */
export function daysBetween(from: number, to: number): number {
  const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}

/** "45s", "6m 12s", "2h 5m": how long something has been going on. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
