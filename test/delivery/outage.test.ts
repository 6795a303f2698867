/**
 * A provider that is down (docs/rules.md M2, M7): it answers 500, asks for patience, resets connections after it has carried the
 * request out and before, and does not answer. OUTAGE_MS says how long; a long one has requests that are never answered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readShared } from '../../convex/readShared.setup.ts';
import type { Fault } from '../../providers/resend/faults.ts';
import { type MailDesk, replyTo, rowsOf, startMailDesk, takeOverThreads, type Thread } from './mailDesk.ts';

const outageMs = Number(process.env.OUTAGE_MS ?? 6_000);
const conversations = 60;
const others = 5;
/** What the provider takes. */
const perSecond = 10;
/** Answers that do not come are waited for longer than a short outage lasts. */
const hasSilence = outageMs > 60_000;
const waitMs = 180_000 + 2 * outageMs;

let mailDesk: MailDesk;
let held: Thread[];
let free: Thread[];
let otherChannelId: Id<'channels'>;

beforeAll(async () => {
  mailDesk = await startMailDesk({ ratePerSecond: 1_000, seed: 7 });
  const customers = Array.from({ length: conversations + others }, (_, at) => `c${at}@people.example`);
  const threads = await takeOverThreads(mailDesk, customers);
  [held, free] = [threads.slice(0, conversations), threads.slice(conversations)];
  otherChannelId = await connectOther(mailDesk);
  mailDesk.resend.setRate(perSecond);
}, waitMs);

afterAll(() => mailDesk?.stop());

/** By another key: another account. */
async function connectOther({ operator, teamId, resend }: MailDesk): Promise<Id<'channels'>> {
  const [agent] = await readShared(operator, api.agents.list, { teamId });
  return operator.mutation(api.channels.connectAddress, {
    teamId,
    name: 'Sales',
    agentId: agent!._id,
    mail: { address: 'sales@acme.example', senderName: 'Acme sales', replyAddress: 'sales@in.acme.example' },
    apiKey: resend.sendingKey,
  });
}

const ofSupport = { match: ({ body }: { body: string }) => body.includes('support@acme.example') };

/** One after another, until `isOver`: what was carried out and not told of comes first, when most is under way. */
async function breakDown(isOver: () => boolean): Promise<void> {
  const { resend } = mailDesk;
  const kinds: Omit<Fault, 'match'>[] = [
    { kind: 'error' },
    { kind: 'limited', retryAfter: 2 },
    ...(hasSilence ? [{ kind: 'silentAfter' } as const, { kind: 'silentBefore' } as const] : []),
    { kind: 'resetBefore' },
  ];
  const once = (['errorAfter', 'resetAfter'] as const).map((kind) => ({ kind, times: 1, ...ofSupport }));
  let end = resend.fail(...once, { kind: 'error', ...ofSupport });
  const begun = Date.now();
  for (let at = 0; !isOver() || Date.now() - begun < outageMs; at++) {
    end();
    end = resend.fail(...(at === 0 ? once : []), { ...kinds[at % kinds.length]!, ...ofSupport });
    await sleep(outageMs / kinds.length);
  }
  end();
}

/** What was said, in the order in which the provider took it. */
function taken(said: RegExp): { text: string; at: number }[] {
  return mailDesk.resend.log.accepted.flatMap(({ at, body }) => {
    const text = said.exec(JSON.stringify(body))?.[0];
    return text === undefined ? [] : [{ text, at }];
  });
}

const readHealth = (channelId: Id<'channels'>) =>
  readShared(mailDesk.operator, api.channels.health, { teamId: mailDesk.teamId, channelId });

const isTaken = (text: string) => taken(/(Reply|Other) \d+-\d+/).some((each) => each.text === text);

/** Of these, what the provider does not have. It answers in this process: looking for each alone would hold it up. */
function missing(texts: string[]): string[] {
  const there = new Set(taken(/Reply \d+-\d+/).map(({ text }) => text));
  return texts.filter((text) => !there.has(text));
}

/** From the click until the provider has it. */
async function sendByOther(thread: Thread, text: string): Promise<number> {
  const begin = performance.now();
  await replyTo(mailDesk, thread, text, { channelId: otherChannelId });
  await expect.poll(() => isTaken(text), { timeout: waitMs, interval: 5 }).toBe(true);
  return performance.now() - begin;
}

async function sendAllByOther(turn: number): Promise<number[]> {
  const took: number[] = [];
  for (const [at, thread] of free.entries()) took.push(await sendByOther(thread, `Other ${at}-${turn}`));
  return took;
}

const longest = (times: number[]) => Math.max(0, ...times.slice(1).map((at, before) => at - times[before]!));

describe('[M2] a provider that is down', () => {
  let beforeIt: number[];
  let duringIt: number[];
  let openedAt: number;
  let endedAt: number;
  let outage: Promise<void>;
  const said = new Map<string, string[]>();

  it(
    'holds up no other address, and says of itself that it is down',
    async () => {
      // So that the desk knows its pace by then.
      await replyTo(mailDesk, held[0]!, 'Reply 0-0');
      await expect.poll(() => isTaken('Reply 0-0'), { timeout: waitMs }).toBe(true);
      beforeIt = await sendAllByOther(0);
      expect(await readHealth(mailDesk.channelId)).toMatchObject({ failingSince: null, retryAt: null });
      let isOver = false;
      outage = breakDown(() => isOver).then(() => void (endedAt = Date.now()));
      try {
        const isDown = async () => {
          expect((await readHealth(mailDesk.channelId)).retryAt).not.toBeNull();
          return Date.now();
        };
        const opened = vi.waitFor(isDown, { timeout: waitMs, interval: 100 });
        for (const [at, thread] of held.entries()) {
          const texts = Array.from({ length: 1 + (at % 3) }, (_, turn) => `Reply ${at}-${turn + 1}`);
          said.set(thread.customer, texts);
          for (const text of texts) await replyTo(mailDesk, thread, text);
        }
        openedAt = await opened;
        duringIt = await sendAllByOther(1);
        expect(await readHealth(mailDesk.channelId)).toMatchObject({
          failingSince: expect.any(Number),
          failure: expect.any(String),
        });
        expect(await readHealth(otherChannelId)).toMatchObject({ failingSince: null, retryAt: null });
      } finally {
        isOver = true;
      }
    },
    waitMs,
  );

  it(
    'has every reply once and in order when it is back, and was asked no more than once a step meanwhile',
    async () => {
      await outage;
      const all = [...said.values()].flat();
      await expect.poll(() => missing(all), { timeout: waitMs, interval: 50 }).toEqual([]);
      const settled = async () => new Set((await rowsOf(mailDesk, 'outbox')).map(({ state }) => state));
      await expect.poll(settled, { timeout: waitMs, interval: 200 }).toEqual(new Set(['delivered']));
      for (const [customer, texts] of said) {
        const got = mailDesk.resend.log
          .acceptedFor(customer)
          .flatMap(({ body }) => /Reply \d+-[1-9]/.exec(JSON.stringify(body))?.[0] ?? []);
        expect(got).toEqual(texts);
      }
      expect(await readHealth(mailDesk.channelId)).toMatchObject({ failingSince: null, retryAt: null });
      printFigures();
      expectFewProbes();
    },
    2 * waitMs,
  );

  /** Steps double up to half a minute; what was under way when the circuit opened comes a little later. */
  function expectFewProbes(): void {
    const probes = mailDesk.resend.log.requests.filter(
      ({ fault, at }) => fault !== null && at > openedAt + 1_000,
    );
    const seconds = (endedAt - openedAt) / 1_000;
    const steps = Math.ceil(Math.log2(Math.min(seconds, 30) + 1)) + Math.ceil(seconds / 30);
    expect(probes.length).toBeGreaterThan(0);
    expect(probes.length).toBeLessThanOrEqual(steps);
    console.log(`outage: ${probes.length} probes in ${seconds.toFixed(1)} s, ${steps} allowed`);
  }

  function printFigures(): void {
    const times = taken(/Reply \d+-[1-9]/).flatMap(({ at }) => (at >= endedAt ? [at] : []));
    const seconds = (times.at(-1)! - times[0]!) / 1_000;
    const rate = (times.length - 1) / seconds;
    const most = (each: number[]) => `${Math.max(...each).toFixed(0)} ms`;
    console.log(
      `outage: ${times.length} waited; first ${times[0]! - endedAt} ms after it, all ${seconds.toFixed(1)} s later: ` +
        `${rate.toFixed(1)}/s of ${perSecond}/s, longest gap ${longest(times)} ms; another address took at most ${most(beforeIt)} before, ${most(duringIt)} meanwhile`,
    );
  }
});
