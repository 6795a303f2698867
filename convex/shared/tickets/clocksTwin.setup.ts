/**
 * The twin shares no code: it keeps what happened, looks at the wall clock of every minute and counts. Windows of nine days
 * around changes of the clocks; what is due after one is only known to be later.
 * Two dots in the name: not bundled.
 */
import type { OpenTimes } from '../kit/calendar';
import type { Clocked } from './clocks';
import type { KeptTargets } from './targets';

const minuteMs = 60_000;
const dayMinutes = 1_440;
export const windowMinutes = 9 * dayMinutes;
export const bases = [
  '2026-03-26T00:00:00Z',
  '2026-10-22T00:00:00Z',
  '2026-04-02T00:00:00Z',
  '2026-03-05T00:00:00Z',
].map((text) => Date.parse(text));
export const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'UTC',
  'America/Santiago',
];
const walls = new Map<string, { date: string; dayBefore: string; minute: number }[]>();

const dayBeforeOf = new Map<string, string>();
function dayBefore(date: string): string {
  if (!dayBeforeOf.has(date))
    dayBeforeOf.set(date, new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10));
  return dayBeforeOf.get(date)!;
}

function wallsOf(base: number, zone: string) {
  const key = `${base} ${zone}`;
  if (!walls.has(key)) {
    const clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
    const table = Array.from({ length: windowMinutes }, (_, index) => {
      const [date = '', time = ''] = clock.format(base + index * minuteMs).split(' ');
      const [hours = 0, minutes = 0] = time.split(':').map(Number);
      return { date, dayBefore: dayBefore(date), minute: hours * 60 + minutes };
    });
    walls.set(key, table);
  }
  return walls.get(key)!;
}

/** Whether it is open, for each minute of the window. */
export function openness(base: number, calendar: OpenTimes | undefined): Uint8Array {
  const open = new Uint8Array(windowMinutes).fill(1);
  if (calendar === undefined) return open;
  const days = new Map<string, Uint8Array>();
  const ofDay = (date: string) => {
    const holiday = calendar.holidays.find(({ from, to }) => date >= from && date <= to);
    const marks = new Uint8Array(2 * dayMinutes);
    for (const { from, to } of holiday?.open ?? calendar.week[new Date(`${date}T12:00:00Z`).getUTCDay()]!)
      for (let minute = from; minute < to; minute++) marks[minute] = 1;
    return marks;
  };
  const marksOf = (date: string) => days.get(date) ?? days.set(date, ofDay(date)).get(date)!;
  let index = 0;
  for (const { date, dayBefore: before, minute } of wallsOf(base, calendar.timeZone))
    open[index++] = marksOf(date)[minute]! || marksOf(before)[minute + dayMinutes]!;
  return open;
}

export interface Law {
  targets: KeptTargets;
  open: Uint8Array;
}

export class Twin {
  readonly base: number;
  constructor(base: number) {
    this.base = base;
  }

  /** Seconds that are open between two instants. */
  used({ open }: Law, from: number, to: number): number {
    let ms = 0;
    for (
      let minute = Math.floor((from - this.base) / minuteMs);
      this.base + minute * minuteMs < to;
      minute++
    ) {
      const begins = this.base + minute * minuteMs;
      if (open[minute]) ms += Math.min(to, begins + minuteMs) - Math.max(from, begins);
    }
    return ms;
  }

  /** When so much has been open; null: after the window. */
  due({ open }: Law, from: number, ms: number): number | null {
    let left = ms;
    for (let minute = Math.floor((from - this.base) / minuteMs); minute < windowMinutes; minute++) {
      if (!open[minute]) continue;
      const begins = Math.max(from, this.base + minute * minuteMs);
      const length = this.base + (minute + 1) * minuteMs - begins;
      if (length >= left) return begins + left;
      left -= length;
    }
    return null;
  }
}

export interface Moment {
  at: number;
  ticket: Clocked;
  law: Law;
}

export const isEnded = (ticket: Clocked) => ticket.status === 'resolved' || ticket.status === 'closed';
const stands = ({ ticket, law: { targets } }: Moment) =>
  isEnded(ticket) ||
  (ticket.snoozedUntil !== undefined && targets.pauses.snoozed) ||
  (ticket.waitingOn !== undefined && targets.pauses[ticket.waitingOn]);

/** What is due after all these moments, from what happened alone. */
export function expectedDeadlines(twin: Twin, moments: Moment[]) {
  const last = moments.at(-1)!;
  const goals = last.law.targets.goals[last.ticket.priority];
  if (stands(last)) return {};
  const openedAt = moments[0]!.at;
  const clock = (from: number, minutes: number | undefined) => {
    if (minutes === undefined) return undefined;
    let used = 0;
    let runs: number | null = openedAt;
    for (const moment of moments) {
      if (runs !== null && stands(moment)) {
        const begins = Math.max(from, runs);
        if (begins < moment.at) used += twin.used(moment.law, begins, moment.at);
        runs = null;
      } else if (runs === null && !stands(moment)) runs = moment.at;
    }
    const start = Math.max(from, runs!);
    const left = minutes * minuteMs - used;
    return left <= 0 ? start : twin.due(last.law, start, left);
  };
  const { waitingSince } = last.ticket;
  const isFirst =
    waitingSince !== undefined &&
    !moments.some(({ ticket, at: then }) => then < waitingSince && ticket.firstReplyAt !== undefined);
  return {
    ...(waitingSince !== undefined && {
      [isFirst ? 'firstReply' : 'nextReply']: clock(
        waitingSince,
        isFirst ? goals.firstReply : goals.nextReply,
      ),
    }),
    resolution: clock(openedAt, goals.resolution),
  };
}
