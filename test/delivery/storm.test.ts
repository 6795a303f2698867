/**
 * Webhooks at their worst (docs/rules.md M1): events of mails that came in and of mails that went out, each delivered one to five
 * times, late and in any order, among deliveries that must be refused. EVENTS says how many events.
 */
import { ConvexClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readKeyOf } from '../../convex/readShared.setup.ts';
import { type OutboxState, outboxTransitions } from '../../convex/shared/conversation/outbox.ts';
import { support } from '../journeys/mailDesk.ts';
import { type MailDesk, replyTo, rowsOf, startMailDesk, takeOverThreads, type Thread } from './mailDesk.ts';

const events = Number(process.env.EVENTS ?? 150);
/** A mail that came in, and one that went out, was taken and was delivered: three events. */
const exchanges = Math.ceil(events / 3);
const newcomers = Math.ceil(exchanges / 2);
const inThreads = exchanges - newcomers;
/** An address that writes more often at once is taken for a machine [M4]. */
const perThread = 2;
const waitMs = 60_000 + 200 * events;

let mailDesk: MailDesk;
let client: ConvexClient;
let threads: Thread[];
/** States that a screen showed after one that comes later. */
const backwards: string[] = [];
const seed = 41;

beforeAll(async () => {
  mailDesk = await startMailDesk({ ratePerSecond: 100_000, seed });
  const customers = Array.from(
    { length: Math.ceil(inThreads / perThread) },
    (_, at) => `t${at}@people.example`,
  );
  threads = await takeOverThreads(mailDesk, customers);
  await mailDesk.resend.settled();
  await watchStates();
}, waitMs);

afterAll(async () => {
  await client?.close();
  await mailDesk?.stop();
});

/** By any steps but over a failure, which none is here: a screen need not show each. A carrier's lease may run out where the machine is busy, which is one of them. */
function mayFollow(before: OutboxState, now: OutboxState, seen = new Set<OutboxState>(['failed'])): boolean {
  if (before === now) return true;
  if (seen.has(before)) return false;
  seen.add(before);
  const next = Object.keys(outboxTransitions) as OutboxState[];
  return next.some((state) => outboxTransitions[before][state] && mayFollow(state, now, seen));
}

/** As many as one screen keeps open at once. */
const watched = 20;

/** As the screen of an operator who has the first threads open. */
async function watchStates(): Promise<void> {
  const { desk, operator, teamId } = mailDesk;
  const readKey = await readKeyOf(operator, teamId);
  client = new ConvexClient(desk.settings.url);
  const shown = new Map<string, OutboxState>();
  for (const { conversationId } of threads.slice(0, watched)) {
    for (const page of [0, 1]) {
      client.onUpdate(api.conversations.page, { teamId, readKey, conversationId, page }, (entries) => {
        for (const { _id, delivery } of entries) {
          const before = shown.get(_id);
          const now = delivery?.state;
          if (now === undefined) continue;
          if (before !== undefined && !mayFollow(before, now)) backwards.push(`${before} → ${now}`);
          shown.set(_id, now);
        }
      });
    }
  }
}

it(
  '[M1] [M2] events that come again, late, shuffled and among forged ones are each stored once, and no state goes back',
  async () => {
    const { resend } = mailDesk;
    const before = resend.log.deliveries.length;
    resend.setDisorder({
      duplicates: 0.8,
      most: 5,
      delayMs: 2_000 + events,
      // One in a hundred; of a few events, enough to be among them.
      malformed: Math.max(0.01, 10 / events),
    });
    const written: string[] = [];
    const write = (from: string, text: string) => {
      written.push(text);
      return resend.receive({ from, to: support, text });
    };
    const said: string[] = [];
    const reply = (thread: Thread, text: string) => {
      said.push(text);
      return replyTo(mailDesk, thread, text);
    };
    const ofNewcomers = Array.from({ length: newcomers }, (_, at) =>
      write(`n${at}@people.example`, `Mail n${at}. Let me talk to a person.`),
    );
    const ofThreads = Array.from({ length: inThreads }, async (_, at) => {
      const thread = threads[at % threads.length]!;
      await write(thread.customer, `Mail t${at}.`);
      await reply(thread, `Reply ${at}.`);
    });
    await Promise.all([...ofNewcomers, ...ofThreads]);
    await expect
      .poll(() => resend.log.accepted.length, { timeout: waitMs })
      .toBeGreaterThanOrEqual(threads.length + exchanges);
    await resend.settled();
    await expect
      .poll(
        async () => (await rowsOf(mailDesk, 'inboundEvents')).filter(({ state }) => state === 'waiting'),
        {
          timeout: waitMs,
          interval: 500,
        },
      )
      .toEqual([]);

    const { deliveries } = resend.log;
    const storm = deliveries.slice(before);
    expect(storm.filter(({ status }) => status === null || status >= 500)).toEqual([]);
    expect(storm.some(({ flaw }) => flaw !== null && flaw !== 'copy')).toBe(true);
    expect(resend.log.wronglyTaken()).toEqual([]);

    const stored = await rowsOf(mailDesk, 'inboundEvents');
    const told = new Set(deliveries.map(({ id }) => id));
    expect(stored).toHaveLength(told.size);
    expect(new Set(stored.map(({ key }) => key)).size).toBe(told.size);
    expect(stored.filter(({ state }) => state !== 'done')).toEqual([]);

    const entries = await rowsOf(mailDesk, 'entries');
    const texts = (who: 'customer' | 'operator') =>
      entries.flatMap(({ author, kind, text }) => (author.kind === who && kind === 'message' ? [text] : []));
    const first = threads.map(() => 'Let me talk to a person.');
    expect(texts('customer').toSorted()).toEqual([...first, ...written].toSorted());
    expect(texts('operator').toSorted()).toEqual(said.toSorted());
    const mails = await rowsOf(mailDesk, 'mails');
    expect(new Set(mails.map(({ entryId }) => entryId)).size).toBe(mails.length);

    const states = (await rowsOf(mailDesk, 'outbox')).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['delivered']));
    expect(backwards).toEqual([]);
    const doubled =
      storm.length - (told.size - new Set(deliveries.slice(0, before).map(({ id }) => id)).size);
    console.log(
      `storm: ${events} events asked for, seed ${seed}; ${told.size} told, ${storm.length} deliveries, ${doubled} beyond the first`,
    );
  },
  2 * waitMs,
);
