/// <reference types="vite/client" />
/**
 * What a stranger's message, or anybody's article, may cost (docs/rules.md E4): how much is looked at, and where. Folding
 * stands for all text work, for nothing is judged, ranked or searched without it; times are a row of the bench.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hostileTexts } from '../../test/costs/hostileTexts';
import { api, internal } from '../_generated/api';
import type { Id } from '../_generated/dataModel';
import { readArticle, saveArticle } from '../model/agents/articles';
import { seedSampleShop } from '../model/setup/sampleShop';
import { firstUnits } from '../shared/kit/text';
import { judgeTurn, type Material } from '../shared/agents/turnOutcome';
import { createTeam, customerIdentity, setupTest } from '../test.setup';

/** What an agent reads of a text, and the longest message there is. */
const judged = 4_000;
const longest = 20_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Code units that were folded while `work` ran. */
async function folded(work: () => unknown): Promise<number> {
  let units = 0;
  const normalize = String.prototype.normalize;
  const spy = vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form) {
    units += this.length;
    return normalize.call(this, form);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return units;
}

async function openShop() {
  const t = setupTest();
  const team = await createTeam(t);
  const { teamId, agentId, channelId } = team;
  await t.run((ctx) => seedSampleShop(ctx, teamId, agentId));
  const visit = async () => {
    const sessionId = await t.run(async (ctx) => {
      const customerId = await ctx.db.insert('customers', { teamId });
      const expiresAt = Date.now() + 86_400_000;
      return ctx.db.insert('customerSessions', { teamId, channelId, customerId, tokenHash: 'x', expiresAt });
    });
    const customer = t.withIdentity(customerIdentity(sessionId));
    let sent = 0;
    const says = (text: string) => customer.mutation(api.web.send, { text, clientMessageId: `c${++sent}` });
    const thread = async () =>
      (await customer.query(api.web.entries, { paginationOpts: { numItems: 50, cursor: null } })).page;
    return { says, thread };
  };
  /** The thought that is under way last, with what it is about. */
  const thought = async () => {
    const jobs = await t.run((ctx) => ctx.db.system.query('_scheduled_functions').order('desc').take(5));
    const args = jobs.find(({ name }) => name === 'agents/knowledge:think')!.args[0] as {
      conversationId: Id<'conversations'>;
      number: number;
      epoch: number;
      seenThrough: number;
    };
    const { epoch: _, ...about } = args;
    const read = () => t.query(internal.agents.knowledge.read, about) as Promise<Material>;
    return { args, read };
  };
  /** As many big articles as a team may have beside the sample's. */
  const fill = (count: number, body: string) =>
    t.run(async (ctx) => {
      const article = readArticle({ title: 'Where is my order?', body });
      for (let at = 0; at < count; at++) await saveArticle(ctx, teamId, undefined, article);
    });
  return { t, team, visit, thought, fill };
}

const inTime = () => false;

describe('a customer’s message', () => {
  const texts = Object.entries(hostileTexts).flatMap(([name, text]) => [
    [name, text] as const,
    [`${name}, as much as is judged`, firstUnits(text, judged)] as const,
  ]);

  test.each(texts)('[E4] "%s" folds nothing in a transaction, and is answered', async (_name, text) => {
    const { t, visit, thought } = await openShop();
    const { says, thread } = await visit();
    expect(await folded(() => says(text))).toBe(0);
    const { args, read } = await thought();
    const { outcome } = judgeTurn(await read(), Date.now(), inTime);
    const carryOut = () => t.mutation(internal.agents.knowledge.carryOut, { ...args, outcome });
    expect(await folded(carryOut)).toBe(0);
    expect((await thread())[0]).toMatchObject({ from: 'agent' });
  });

  test('[E4] one too long to be judged is a person’s at once: no article is looked for, and the next is answered', async () => {
    const { t, visit, thought } = await openShop();
    const { says, thread } = await visit();
    await says(hostileTexts.questions!);
    const { args, read } = await thought();
    const material = await read();
    expect(material.turn.articles).toEqual([]);
    const { outcome } = judgeTurn(material, Date.now(), inTime);
    expect(outcome).toMatchObject({ do: 'handOver', reason: 'agentAsked' });
    await t.mutation(internal.agents.knowledge.carryOut, { ...args, outcome });
    await says('Do you deliver to Norway?');
    vi.advanceTimersByTime(1_000);
    await t.finishInProgressScheduledFunctions();
    expect((await thread())[0]!.text).toContain('Norway');
  });

  test('[E4] past the time it may take, a person is asked', async () => {
    const { visit, thought } = await openShop();
    const { says } = await visit();
    await says('Where is my order? Do you deliver to Norway? Can I return it?');
    const material = await (await thought()).read();
    expect(judgeTurn(material, Date.now(), inTime).outcome).toMatchObject({ do: 'answer' });
    let looks = 0;
    const late = judgeTurn(material, Date.now(), () => ++looks > 1);
    expect(late.outcome).toMatchObject({ do: 'handOver', reason: 'agentAsked' });
  });
});

describe('what a turn reads', () => {
  test('[E4] is bounded in messages, articles and characters, whatever there is', async () => {
    const { t, visit, thought, fill } = await openShop();
    await t.run(async (ctx) => {
      for (const { _id } of await ctx.db.query('articles').take(100)) await ctx.db.delete(_id);
    });
    await fill(30, 'Where is my order? '.repeat(1_000));
    const { says } = await visit();
    for (let at = 0; at < 12; at++) await says('where is my order? '.repeat(1_000));
    const walls = await (await thought()).read();
    const spoken = walls.turn.spoken.reduce((sum, { text }) => sum + text.length, 0);
    expect(spoken).toBeLessThanOrEqual(50_000 + longest);
    vi.setSystemTime(Date.now() + 1);
    await (await visit()).says('Where is my order?');
    const { turn } = await (await thought()).read();
    const units = turn.articles.reduce(
      (sum, { body, searchText = '' }) => sum + body.length + searchText.length,
      0,
    );
    expect(turn.articles.length).toBeGreaterThan(2);
    expect(units).toBeLessThanOrEqual(120_000 + 2 * longest);
  });

  test('[E4] a question folds itself and what it is answered with, however much the team has written', async () => {
    const cost = async (sentences: number) => {
      const { visit, thought, fill } = await openShop();
      await fill(10, 'Your order is on its way to you. '.repeat(sentences));
      const { says } = await visit();
      await says('Where is my order?');
      const material = await (await thought()).read();
      return folded(() => judgeTurn(material, Date.now(), inTime));
    };
    // A passage or two, told by their kind.
    expect(await cost(580)).toBeLessThanOrEqual((await cost(10)) + 3 * longest);
  });
});

describe('an article', () => {
  test.each(Object.entries(hostileTexts))(
    '[E4] "%s" folds nothing in the transaction that stores it',
    async (_name, body) => {
      const { t, team } = await openShop();
      const article = readArticle({ title: 'T', body });
      const args = { teamId: team.teamId, ...article };
      expect(await folded(() => team.manager.as.mutation(internal.agents.articles.store, args))).toBe(0);
      expect(await t.run((ctx) => ctx.db.query('articles').order('desc').first())).toMatchObject(article);
    },
  );

  test('[E4] [R2] is stored by those who still may', async () => {
    const { team } = await openShop();
    const args = { teamId: team.teamId, ...readArticle({ title: 'T', body: 'B' }) };
    await expect(team.operator.as.mutation(internal.agents.articles.store, args)).rejects.toThrow(
      /NOT_ALLOWED/,
    );
  });
});

test.each(Object.entries(hostileTexts))(
  '[E4] [P4] what is answered from "%s" fits into a message',
  async (_name, body) => {
    const { visit, thought, fill } = await openShop();
    await fill(3, body);
    await (await visit()).says(`Where is my order? ${firstUnits(body, judged - 100)}`);
    const { outcome } = judgeTurn(await (await thought()).read(), Date.now(), inTime);
    expect((outcome as { text: string }).text.length).toBeLessThanOrEqual(longest / 2);
  },
);

describe('trying rules', () => {
  test('[E4] on half a megabyte looks at what an agent would', async () => {
    const { team } = await openShop();
    const { teamId, agentId, manager } = team;
    const text = 'return? '.repeat(60_000);
    const tried = { units: 0, handsOver: false };
    tried.units = await folded(async () => {
      ({ handsOver: tried.handsOver } = await manager.as.action(api.handoverRules.try, {
        teamId,
        agentId,
        text,
      }));
    });
    expect(tried.handsOver).toBe(true);
    expect(tried.units).toBeLessThanOrEqual(50 * judged);
  });

  test('[H3] [E4] a rehearsal reads pages that end, over conversations of walls of text', async () => {
    const { t, team, visit } = await openShop();
    for (let at = 0; at < 3; at++) {
      const { says } = await visit();
      for (let message = 0; message < 8; message++) await says(hostileTexts.people!);
    }
    const { teamId, agentId } = team;
    const { conversations } = (await t.query(internal.agents.trials.conversations, { teamId, agentId })) as {
      conversations: Id<'conversations'>[];
    };
    expect(conversations).toHaveLength(3);
    const page = (await t.query(internal.agents.trials.past, { teamId, conversationIds: conversations })) as {
      messages: { text: string }[];
    }[];
    const units = page.flatMap(({ messages }) => messages).reduce((sum, { text }) => sum + text.length, 0);
    expect(page.length).toBeLessThan(3);
    expect(units).toBeLessThanOrEqual(100_000 + longest);
    const rehearsed = await team.manager.as.action(api.handoverRules.rehearse, { teamId, agentId });
    expect(rehearsed.map(({ handsOver }) => handsOver)).toEqual([true, true, true]);
  });
});
