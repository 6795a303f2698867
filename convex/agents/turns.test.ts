/// <reference types="vite/client" />
/**
 * The built-in agent thinks outside the writer, so anything may happen between what it read and what it says (docs/rules.md
 * E4, C7, C8, H6). Here the test is the scheduler: it starts thoughts, lets them read, carries them out, twice where it likes,
 * and lets them die, while customers write, operators take over and hand back, and agents, rules and articles change.
 */
import { makeFunctionReference } from 'convex/server';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkOneVoice } from '../../test/simulation/checks';
import { api, internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type * as runs from '../model/control/agentRuns';
import { seedSampleShop } from '../model/setup/sampleShop';
import type * as control from '../shared/control/control';
import { maxRefusals, starvationMs } from '../shared/control/control';
import { judgeTurn, type Material, type TurnOutcome } from '../shared/agents/turnOutcome';
import { createTeam, customerIdentity, refusal, setupTest } from '../test.setup';

const planted = vi.hoisted(() => ({ bug: '' }));

vi.mock('../shared/control/control', async (original) => {
  const real = await original<typeof control>();
  return {
    ...real,
    decideAgentSend: (facts: Parameters<typeof real.decideAgentSend>[0]) =>
      real.decideAgentSend(
        planted.bug === 'epoch' ? { ...facts, control: { holder: 'agent', epoch: facts.epoch } } : facts,
      ),
    sinceForAgent: (entries: Parameters<typeof real.sinceForAgent>[0]) =>
      planted.bug === 'superseded' ? 'nothing' : real.sinceForAgent(entries),
  };
});

vi.mock('../model/control/agentRuns', async (original) => {
  const real = await original<typeof runs>();
  return {
    ...real,
    turnUnderWay: async (...[ctx, opened, number]: Parameters<typeof real.turnUnderWay>) =>
      planted.bug === 'twice'
        ? (await real.liveRun(ctx, opened), opened.run ?? null)
        : real.turnUnderWay(ctx, opened, number),
    pauseTurn: (opened: Parameters<typeof real.pauseTurn>[0]) =>
      planted.bug === 'paused'
        ? void (opened.run = { ...opened.run!, state: 'done' })
        : real.pauseTurn(opened),
  };
});

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 10, 27, 12) }));
afterEach(() => {
  planted.bug = '';
  vi.useRealTimers();
});

interface Thought {
  args: { conversationId: Id<'conversations'>; number: number; epoch: number; seenThrough: number };
  /** Undefined until it has read. */
  outcome?: TurnOutcome;
}

const writings = [
  'where is my order',
  'do you deliver to norway',
  'I want a refund, I bought it 45 days ago',
  'human please',
  'do you sell kayaks',
  'thanks',
];

async function openShop() {
  const t = setupTest();
  const team = await createTeam(t);
  const { teamId, agentId, operator, manager } = team;
  await t.run((ctx) => seedSampleShop(ctx, teamId, agentId));
  const sessionId = await t.run(async (ctx) => {
    const customerId = await ctx.db.insert('customers', { teamId });
    const expiresAt = Date.now() + 86_400_000;
    const { channelId } = team;
    return ctx.db.insert('customerSessions', { teamId, channelId, customerId, tokenHash: 'x', expiresAt });
  });
  const customer = t.withIdentity(customerIdentity(sessionId));
  let made = 0;
  const writes = (text: string) => customer.mutation(api.web.send, { text, clientMessageId: `c${++made}` });
  await writes('Hello');
  const { conversationId } = await customer.query(api.web.conversation, {});
  const inTeam = { teamId, conversationId: conversationId! };

  const thoughts: Thought[] = [];
  const seen = new Set<string>();
  /** What has come due, and what that makes due: thoughts are begun, alarms ring. */
  const begin = async (): Promise<void> => {
    const jobs = await t.run((ctx) => ctx.db.system.query('_scheduled_functions').collect());
    const due = jobs.filter(({ _id, scheduledTime }) => !seen.has(_id) && scheduledTime <= Date.now());
    for (const { _id, name, args } of due) {
      seen.add(_id);
      if (name === 'agents/knowledge:think') thoughts.push({ args: args[0] as Thought['args'] });
      if (name.startsWith('jobs/agentRuns:'))
        await t.mutation(makeFunctionReference<'mutation'>(name), args[0] as never);
    }
    if (due.length > 0) await begin();
  };
  const read = async (thought: Thought) => {
    const { conversationId: id, number, seenThrough } = thought.args;
    const about = { conversationId: id, number, seenThrough };
    const material = (await t.query(internal.agents.knowledge.read, about)) as Material | null;
    if (material !== null) thought.outcome = judgeTurn(material, Date.now(), () => false).outcome;
  };
  const carryOut = ({ args, outcome }: Thought) =>
    outcome && t.mutation(internal.agents.knowledge.carryOut, { ...args, outcome });
  const state = () =>
    t.run(async (ctx) => ({
      head: (await ctx.db.query('threadHeads').first())!,
      control: (await ctx.db.query('controls').first())!,
      run: await ctx.db.query('agentRuns').first(),
      agent: (await ctx.db.get(agentId))!,
      ticket: (await ctx.db.query('tickets').take(20)).find(
        ({ status }) => status === 'new' || status === 'open',
      ),
      entries: await ctx.db.query('entries').take(500),
      drafts: await ctx.db.query('suppressedDrafts').take(100),
    }));
  const shown = async () => {
    const { head, control: held } = await state();
    return { expectedEpoch: held.epoch, seenThrough: head.lastSequence };
  };
  const setActive = (active: boolean) => manager.as.mutation(api.agents.update, { teamId, agentId, active });
  const people = {
    takesOver: () => refusal(operator.as.mutation(api.tickets.takeOverConversation, inTeam)),
    replies: async () => {
      const { head, control: held } = await state();
      const text = 'I am looking into it.';
      const at = { epoch: held.epoch, seenThrough: head.lastSequence, clientMessageId: `o${++made}` };
      await operator.as.mutation(api.messages.reply, { ...inTeam, ...at, text });
    },
    resolves: async (agentAnswersNow: boolean) => {
      const { ticket } = await state();
      if (ticket === undefined) return;
      const act = { teamId, ticketId: ticket._id, ...(await shown()), agentAnswersNow };
      await refusal(operator.as.mutation(api.tickets.resolve, act));
    },
    returns: async () =>
      refusal(operator.as.mutation(api.tickets.returnToAgent, { ...inTeam, ...(await shown()) })),
    asksByButton: () => customer.mutation(api.web.askForPerson, {}),
    forgetsARule: () =>
      t.run(async (ctx) => {
        const rule = await ctx.db.query('handoverRules').first();
        if (rule !== null) await ctx.db.delete(rule._id);
      }),
    forgetsAnArticle: () =>
      t.run(async (ctx) => {
        const article = await ctx.db.query('articles').first();
        if (article !== null) await ctx.db.delete(article._id);
      }),
  };
  return { t, thoughts, begin, read, carryOut, state, setActive, writes, ...people };
}
type Shop = Awaited<ReturnType<typeof openShop>>;

type Step =
  | { do: 'writes'; text: string }
  | { do: 'waits'; ms: number }
  | { do: 'read' | 'carryOut' | 'carryOutAndStays' | 'dies'; which: number }
  | { do: 'resolves'; answersNow: boolean }
  | { do: 'setActive'; active: boolean }
  | { do: 'takesOver' | 'replies' | 'returns' | 'asksByButton' | 'forgetsARule' | 'forgetsAnArticle' };

const which = fc.nat({ max: 5 });
const simple = (name: string) => fc.constant({ do: name }) as fc.Arbitrary<Step>;
const ofThought = (name: string) => fc.record({ do: fc.constant(name), which }) as fc.Arbitrary<Step>;
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('writes' as const), text: fc.constantFrom(...writings) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('waits' as const), ms: fc.constantFrom(0, 300, 700, 16_000, 61_000) }) },
  { weight: 6, arbitrary: ofThought('read') },
  { weight: 6, arbitrary: ofThought('carryOut') },
  { weight: 3, arbitrary: ofThought('carryOutAndStays') },
  { weight: 2, arbitrary: ofThought('dies') },
  { weight: 2, arbitrary: simple('takesOver') },
  { weight: 2, arbitrary: simple('replies') },
  { weight: 1, arbitrary: simple('returns') },
  { weight: 1, arbitrary: simple('asksByButton') },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resolves' as const), answersNow: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('setActive' as const), active: fc.boolean() }) },
  { weight: 1, arbitrary: simple('forgetsARule') },
  { weight: 1, arbitrary: simple('forgetsAnArticle') },
); // prettier-ignore

async function perform(shop: Shop, step: Step): Promise<void> {
  const { thoughts } = shop;
  switch (step.do) {
    case 'writes':
      await shop.writes(step.text);
      return;
    case 'waits':
      vi.setSystemTime(Date.now() + step.ms);
      return shop.begin();
    case 'setActive':
      await shop.setActive(step.active);
      return;
    case 'resolves':
      return shop.resolves(step.answersNow);
    case 'read':
    case 'carryOut':
    case 'carryOutAndStays':
    case 'dies': {
      const thought = thoughts[step.which % Math.max(1, thoughts.length)];
      if (thought === undefined) return;
      if (step.do === 'read') return shop.read(thought);
      if (step.do !== 'dies') {
        if (thought.outcome === undefined) await shop.read(thought);
        await shop.carryOut(thought);
      }
      if (step.do !== 'carryOutAndStays') thoughts.splice(thoughts.indexOf(thought), 1);
      return;
    }
    default:
      await shop[step.do]();
  }
}

const isOfAgent = ({ kind, author }: Doc<'entries'>) => kind === 'message' && author.kind === 'agent';
const isOfCustomer = ({ kind, author }: Doc<'entries'>) => kind === 'message' && author.kind === 'customer';

/** [H6] Everything is thought to its end: within the deadline nobody is owed anything any more. */
async function settle(shop: Shop): Promise<void> {
  await shop.setActive(true);
  for (let round = 0; round < 90; round++) {
    vi.setSystemTime(Date.now() + 1_000);
    await shop.begin();
    for (const thought of shop.thoughts.splice(0)) {
      await shop.read(thought);
      await shop.carryOut(thought);
    }
  }
}

type State = Awaited<ReturnType<Shop['state']>>;

function checkStep(before: State, after: State): void {
  const { run, agent, entries } = before;
  const said = after.entries.slice(entries.length).filter(isOfAgent);
  if (!agent.active) expect(said, 'said by an agent that is switched off').toEqual([]);
  const isHeard =
    (run?.refusals ?? 0) >= maxRefusals || Date.now() - (run?.firstRefusedAt ?? Infinity) >= starvationMs;
  for (const { answersThrough = 0 } of isHeard ? [] : said) {
    const isNews = (entry: Doc<'entries'>) => isOfCustomer(entry) && entry.sequence > answersThrough;
    expect(entries.filter(isNews), 'not read before it was answered').toEqual([]);
  }
  const isOwed = after.control.holder === 'agent' && after.head.answerDueAt !== undefined;
  const thinks = ['waiting', 'running'];
  if (isOwed) expect(thinks, 'an answer is owed, and nobody thinks').toContain(after.run?.state);
}

async function live(shop: Shop, steps: Step[]): Promise<void> {
  await shop.begin();
  for (const step of steps) {
    const before = await shop.state();
    await perform(shop, step);
    checkStep(before, await shop.state());
  }
  await settle(shop);
  const { head, control: held, run, entries, drafts } = await shop.state();
  checkOneVoice(entries as never);
  // Nothing lost.

  expect(head.answerDueAt).toBeUndefined();
  expect(['done', 'stopped']).toContain(run?.state);
  const last = entries.findLast(isOfCustomer)!;
  const settles = ({ kind, author, event }: Doc<'entries'>) =>
    (kind === 'message' && author.kind !== 'customer') ||
    ['ticketOpened', 'reasonAdded', 'controlTaken', 'controlReturned'].includes(event?.type ?? '');
  const isSettled = entries.some((entry) => entry.sequence > last.sequence && settles(entry));
  if (held.holder === 'agent') expect(isSettled, 'the last message is settled').toBe(true);

  // Nothing doubled: each answer has a customer's message that no answer before it covers.
  let covered = 0;
  for (const { answersThrough = 0, sequence } of entries.filter(isOfAgent)) {
    const isNew = (entry: Doc<'entries'>) =>
      isOfCustomer(entry) && entry.sequence > covered && entry.sequence <= answersThrough;
    expect(entries.some(isNew), `answer ${sequence} answers something`).toBe(true);
    covered = answersThrough;
  }
  const kept = drafts.map(({ epoch, seenThrough }) => `${epoch} ${seenThrough}`);
  expect(new Set(kept).size).toBe(kept.length);
}

const property = () =>
  fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 30 }), async (steps) =>
    live(await openShop(), steps),
  );

test('[E4] [C2] [C7] [C8] [H6] whatever happens between reading and saying: one voice, one answer to a burst, nothing doubled, nothing lost', async () => {
  await fc.assert(property(), { numRuns: 40 });
}, 120_000);

test.each([
  ['[C7] an answer without its epoch check', 'epoch'],
  ['[C8] an answer that need not have read the thread', 'superseded'],
  ['[E4] a turn that may be carried out twice', 'twice'],
  ['[H6] a turn of an agent that was switched off, and is forgotten', 'paused'],
])(
  '%s is caught',
  async (_name, bug) => {
    planted.bug = bug;
    const { failed } = await fc.check(property(), { seed: 1, numRuns: 60, endOnFailure: true });
    expect(failed).toBe(true);
  },
  120_000,
);

/** Reads and carries out what has been begun. */
async function thinkThrough({ thoughts, read, carryOut }: Shop): Promise<void> {
  for (const thought of thoughts.splice(0)) {
    await read(thought);
    await carryOut(thought);
  }
}

async function pass(shop: Shop, ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await shop.begin();
}

const answersOf = async (shop: Shop) => (await shop.state()).entries.filter(isOfAgent).length;

test('[H6] a thought that died is thought again long before the deadline, and whichever comes first is said', async () => {
  const shop = await openShop();
  await pass(shop, 1_000);
  const [died] = shop.thoughts.splice(0);
  await shop.read(died!);
  await pass(shop, 15_000);
  await pass(shop, 1_000);
  expect(shop.thoughts).toHaveLength(1);
  await thinkThrough(shop);
  expect(await answersOf(shop)).toBe(1);
  await shop.carryOut(died!);
  expect(await answersOf(shop)).toBe(1);
  await pass(shop, 60_000);
  expect(shop.thoughts).toEqual([]);
  expect((await shop.state()).ticket).toBeUndefined();
});

test('[H6] one that dies again and again ends in a handover at the deadline, and says nothing after it', async () => {
  const shop = await openShop();
  const dead: Thought[] = [];
  for (let at = 0; at < 60; at++) {
    await pass(shop, 1_000);
    for (const thought of shop.thoughts.splice(0)) {
      await shop.read(thought);
      dead.push(thought);
    }
  }
  expect(dead).toHaveLength(4);
  expect((await shop.state()).ticket).toMatchObject({ reason: 'agentFailed' });
  for (const thought of dead) await shop.carryOut(thought);
  expect(await answersOf(shop)).toBe(0);
});

test('[P4] an agent that is switched off while it types says nothing; switched on again, it answers', async () => {
  const shop = await openShop();
  await pass(shop, 1_000);
  await shop.setActive(false);
  await thinkThrough(shop);
  expect(await answersOf(shop)).toBe(0);
  expect((await shop.state()).run).toMatchObject({ state: 'waiting' });
  await shop.setActive(true);
  await pass(shop, 16_000);
  await pass(shop, 1_000);
  await thinkThrough(shop);
  expect(await answersOf(shop)).toBe(1);
});

test('[H6] whoever waits for an agent that is switched off is handed over that very instant', async () => {
  const shop = await openShop();
  await shop.setActive(false);
  await pass(shop, 0);
  expect(await shop.state()).toMatchObject({ ticket: { reason: 'agentFailed' }, run: { state: 'done' } });
  await shop.setActive(true);
  await pass(shop, 61_000);
  await thinkThrough(shop);
  expect(await answersOf(shop)).toBe(0);
});

test('[H6] a turn that cannot be judged is a handover at once', async () => {
  const shop = await openShop();
  await pass(shop, 1_000);
  const [{ args }] = shop.thoughts.splice(0) as [Thought];
  await shop.t.mutation(internal.agents.knowledge.carryOut, { ...args, outcome: { do: 'fail' } });
  const { ticket, run, head } = await shop.state();
  expect(ticket).toMatchObject({ reason: 'agentFailed' });
  expect(run).toMatchObject({ state: 'done' });
  expect(head.answerDueAt).toBeUndefined();
});

test('[E4] [H5] a handover decided while nobody had asked, and somebody has since, is thought again', async () => {
  const shop = await openShop();
  await shop.writes('human please');
  await pass(shop, 1_000);
  for (const thought of shop.thoughts) await shop.read(thought);
  await shop.asksByButton();
  for (const thought of shop.thoughts.splice(0)) await shop.carryOut(thought);
  expect(await answersOf(shop)).toBe(0);
  await pass(shop, 1_000);
  await thinkThrough(shop);
  const said = (await shop.state()).entries.filter(isOfAgent).map(({ text }) => text);
  expect(said).toEqual([expect.stringContaining('has been asked already')]);
});
