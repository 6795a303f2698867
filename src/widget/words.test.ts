import { beforeAll, expect, test } from 'vitest';
import type { ChatState } from './state';
import type { Conversation } from './thread';
import { say, sayCounted, sizeLimit, sizeOf, speak, waitOf } from './speech';
import { askingLine, holdUp, knowTimes, statusLine, systemWords, titleOf } from './words';

beforeAll(knowTimes);

const asked = (speakingWith: 'agent' | 'person', asking: ChatState['asking'], personAsked = true) =>
  askingLine({ asking, conversation: { speakingWith, personAsked } } as ChatState);

const again = (place: number | null) => ({ isAgain: true, place, at: Date.UTC(2026, 10, 27, 9, 5) });

test('[H5] who asks for a person is told their place in line, with the time it was so, where it is known', () => {
  expect(asked('agent', again(1))).toBe('You are in line already. You are next.');
  expect(asked('agent', again(4))).toMatch(/^You are in line already. You were number 4 at \d{1,2}:05/);
  expect(asked('agent', { ...again(2), isAgain: false })).toMatch(
    /^The team has been asked. You were number 2/,
  );
});

test('who asked for a person is not told to wait once the person is there, however late the answer comes', () => {
  expect(asked('agent', again(null))).toBe('You are in line already.');
  expect(asked('person', again(3))).toBe('');
  expect(asked('agent', 'no')).toBe('The team has been asked.');
  expect(asked('person', 'no')).toBe('');
});

test('once the person has come, answered and left, nobody is in line any more', () => {
  expect(asked('agent', again(2), false)).toBe('');
});

test('[E4] who is not let in is told so, and what to do, not “Connecting…” for ever', () => {
  const line = (isOnline: boolean, isCrowded: boolean) =>
    `${statusLine({ conversation: null, isClosed: false, isCrowded }, 0)}|${holdUp({ isOnline, isCrowded, isLinkOver: false, isKept: true })}`;
  expect(line(true, false)).toBe(`${say('connecting')}|`);
  expect(line(true, true)).toBe(`|${say('crowded')}`);
  expect(line(false, true)).toBe(`|${say('offline')}`);
});

test('[E4] who uploads too much is told how long to wait, as the desk says it', () => {
  const line = (waitMs: number) => say('tooManyFiles', { when: waitOf(waitMs) });
  expect(line(59 * 60_000)).toBe('Too many files just now. Try again in 59 minutes.');
  expect(line(NaN)).toBe('Too many files just now. Try again in a few minutes.');
});

test('what is left out is counted', () => {
  const line = (count: number) => sayCounted('leftOut', count, { most: '10' });
  expect(line(1)).toBe('One file was left out: a message has at most 10.');
  expect(line(3)).toBe('3 files were left out: a message has at most 10.');
});

test('sizes, waits and times are written as the language does', async () => {
  expect([sizeOf(1_400_000), sizeOf(340_400), sizeLimit()]).toEqual(['1.4 MB', '340 kB', '25 MB']);
  const joined = { systemText: 'personJoined' as const, saidOf: 'Ana', text: 'Ana joined the conversation.' };
  expect(systemWords(joined)).toBe('Ana joined the conversation.');
  await speak('de');
  expect([sizeOf(1_400_000), waitOf(59 * 60_000)]).toEqual(['1,4 MB', 'in 59 Minuten']);
  expect(systemWords(joined)).toBe('Ana ist dazugekommen.');
  // A line of before: whom it is about is not known.
  expect(systemWords({ ...joined, saidOf: null })).toBe('Jemand aus dem Team ist dazugekommen.');
  const conversation = { speakingWith: 'agent', agentName: 'Robin', agentAnswers: true } as Conversation;
  expect(statusLine({ conversation, isClosed: false, isCrowded: false }, 0)).toBe(
    'Robin antwortet sofort, ein Mensch, sobald das Team wieder da ist.',
  );
  await speak('en');
});

test('[H6] the header promises what the desk can keep', () => {
  const line = (known: Partial<Conversation>) => {
    const conversation = {
      speakingWith: 'agent',
      agentName: 'Robin',
      teamName: 'Shop',
      ...known,
    } as Conversation;
    return `${titleOf(conversation)}: ${statusLine({ conversation, isClosed: false, isCrowded: false }, 0)}`;
  };
  const here = { somebodyHere: true };
  const on = { agentAnswers: true };
  expect(line({ ...on, ...here })).toBe('Robin: Robin answers at once, a person is a tap away.');
  expect(line({ ...on })).toBe('Robin: Robin answers at once, a person when the team is back.');
  expect(line({ ...here })).toBe('Shop: A person will answer you here.');
  expect(line({})).toBe('Shop: Nobody is online now. Write to us: a person answers when the team is back.');
  expect(line({ ...here, personAsked: true })).toBe('Shop: A person will answer you here.');
  expect(line({ ...on, ...here, personAsked: true })).toBe(
    'Robin: A person will join you. Robin helps meanwhile.',
  );
  expect(statusLine({ conversation: null, isClosed: true, isCrowded: false }, 0)).toBe('');
});

test('[H5] who writes outside opening hours reads when the team is back, by their own clock, and the date where it is far', () => {
  // By the clock of this machine, wherever it stands.
  const local = (text: string) => new Date(`${text}:00`).getTime();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const nine = [{ from: 540, to: 1_020 }];
  const holidays = [{ from: '2026-12-24', to: '2027-01-03', open: [] }];
  const calendar = { timeZone, week: [[], nine, nine, nine, nine, nine, []], holidays };
  const clock = (text: string) =>
    new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(local(text));
  const line = (now: string, known: Partial<Conversation> = {}) => {
    const conversation = { speakingWith: 'agent', agentName: 'Robin', teamName: 'Shop', calendar, ...known };
    const state = { conversation: conversation as Conversation, isClosed: false, isCrowded: false };
    return statusLine(state, local(now));
  };
  const nineOClock = clock('2026-11-23T09:00');
  const asked = { personAsked: true };
  const on = { agentAnswers: true };
  expect(line('2026-11-20T18:00', asked)).toBe(`Nobody is online now. We’re back Monday at ${nineOClock}.`);
  expect(line('2026-11-22T18:00')).toBe(
    `Nobody is online now. Write to us: we’re back tomorrow at ${nineOClock}.`,
  );
  expect(line('2026-11-23T08:00', on)).toBe(`Robin answers at once. We’re back today at ${nineOClock}.`);
  expect(line('2026-12-23T18:00', on)).toMatch(/We’re back Monday.*4.* at /);
  expect(line('2026-11-23T10:00', on)).toBe('Robin answers at once, a person when the team is back.');
  expect(line('2026-11-20T18:00', { ...on, somebodyHere: true })).toBe(
    'Robin answers at once, a person is a tap away.',
  );
  expect(line('2026-11-20T18:00', { ...on, calendar: null })).toBe(
    'Robin answers at once, a person when the team is back.',
  );
});

test('[H5] how long a person usually takes is said while somebody is there within the hours, and while it is fresh', () => {
  const line = (known: Partial<Conversation>, now = 0) => {
    const conversation = {
      speakingWith: 'agent',
      agentName: 'Robin',
      agentAnswers: true,
      teamName: 'Shop',
      ...known,
    };
    return statusLine({ conversation: conversation as Conversation, isClosed: false, isCrowded: false }, now);
  };
  const usualWait = { minutes: 4, until: 1_000 };
  const here = { somebodyHere: true, usualWait };
  expect(line({ ...here, personAsked: true })).toBe(
    'A person will join you. Robin helps meanwhile. A person usually answers in about 4 minutes.',
  );
  expect(line({ ...here, usualWait: { minutes: 1, until: 1_000 } })).toMatch(/in about a minute\.$/);
  expect(line({ ...here, usualWait: { minutes: 180, until: 1_000 } })).toMatch(/in about 3 hours\.$/);
  expect(line({ ...here, somebodyHere: false })).not.toMatch(/usually/);
  expect(line(here, 1_001)).not.toMatch(/usually/);
  expect(line({ ...here, usualWait: null })).not.toMatch(/usually/);
  const closed = { timeZone: 'UTC', week: [[], [], [], [], [], [], []], holidays: [] };
  expect(line({ ...here, calendar: closed })).not.toMatch(/usually/);
  expect(line({ ...here, speakingWith: 'person' })).not.toMatch(/usually/);
});
