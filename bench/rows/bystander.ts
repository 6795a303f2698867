import { Worker } from 'node:worker_threads';
import { EDGES } from '../../engine/values/edges.ts';
import { AgentApi } from '../desk/agentApi.ts';
import type { BenchDesk, BenchTeam } from '../desk/desks.ts';
import { startBenchDesk } from '../desk/desks.ts';
import { readTicket, type SignedIn, signIn } from '../desk/inboxPage.ts';
import { edgeNames, type EdgeName, type Target } from '../desk/abused.ts';
import type { Figure, Row } from '../row.ts';
import { pause, percentile } from '../support/measure.ts';

const CALLERS = 16;
const WARM_MS = 300;
const EACH_MS = 2_500;
const APART_MS = 10;
const TAKEOVERS = 60;

/** What somebody else waits for while each way in is abused as far as it goes. */
export const bystander: Row = {
  name: 'bystander',
  about:
    'the longest somebody waits while each public edge is abused, and takeovers beside a key that floods',
  async run({ size }) {
    const tickets = size.tiny ? 6 : 3 * TAKEOVERS;
    const desk = await startBenchDesk({ teams: 2, operators: 2, tickets, status: 'busy' });
    try {
      const team = desk.teams[0]!;
      const [own, abused] = team.operators as [typeof team.owner, typeof team.owner];
      const operator = await signIn(desk, team, own);
      const target = targetOf(desk, abused.token);
      const figures = [await besideEdges(operator, target, size.tiny ? 1 : edgeNames.length)];
      figures.push(await otherKey(target, desk.teams[1]!));
      const left = team.conversations.map(({ number }) => number);
      const each = left.length / 3;
      const alone = await takeOver(operator, left.splice(0, each));
      for (const callers of [64, 200]) {
        const beside = await under(target, 'the API with a key', callers, () =>
          takeOver(operator, left.splice(0, each)),
        );
        figures.push(...takeoverFigures(alone, beside, callers));
      }
      operator.client.close();
      return figures;
    } finally {
      await desk.dispose();
    }
  },
};

function targetOf({ settings: { url, siteUrl }, teams }: BenchDesk, token: string): Target {
  const { teamId, key: agentKey, conversations } = teams[0]!;
  const conversationIds = conversations.slice(-20).map(({ conversationId }) => conversationId);
  return { url, siteUrl, token, teamId, agentKey, conversationIds };
}

async function besideEdges(operator: SignedIn, target: Target, count: number): Promise<Figure> {
  const alone = await waits(operator);
  const found: { edge: string; longest: number; p99: number }[] = [];
  for (const edge of edgeNames.slice(0, count)) {
    const ms = await under(target, edge, CALLERS, () => waits(operator));
    found.push({ edge, longest: Math.max(...ms), p99: percentile(ms, 0.99) });
    await pause(WARM_MS);
  }
  const worst = found.toSorted((a, b) => b.p99 - a.p99);
  for (const { edge, longest, p99 } of worst)
    console.error(`  ${edge}: p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`);
  const shown = worst.slice(0, 3).map(({ edge, p99 }) => `${edge} ${p99.toFixed(0)}`);
  return {
    what: `a bystander's mark, p99, beside the worst of ${found.length} abused edges`,
    unit: 'ms',
    against: 'the same beside none',
    baseline: percentile(alone, 0.99),
    engine: worst[0]!.p99,
    reach: { ratioAtMost: 2 },
    note: `${shown.join(', ')} ms; longest of all ${Math.max(...found.map(({ longest }) => longest)).toFixed(0)} ms`,
  };
}

/** Runs it while a thread abuses the edge. */
async function under<T>(target: Target, edge: EdgeName, callers: number, run: () => Promise<T>): Promise<T> {
  const workerData = { target, edge, callers };
  const worker = new Worker(new URL('../desk/abuser.ts', import.meta.url), { workerData });
  try {
    await pause(WARM_MS);
    return await run();
  } finally {
    await worker.terminate();
  }
}

/** A typing mark after the other: what somebody does who looks on, written and answered. */
async function waits({ client, team }: SignedIn): Promise<number[]> {
  const taken: number[] = [];
  const { conversationId } = team.conversations[0]!;
  const until = performance.now() + EACH_MS;
  for (let isTyping = true; performance.now() < until; isTyping = !isTyping) {
    const begin = performance.now();
    await client.mutate('typing:set', { teamId: team.teamId, conversationId, isTyping });
    taken.push(performance.now() - begin);
    await pause(APART_MS);
  }
  return taken;
}

async function takeOver(operator: SignedIn, numbers: number[]): Promise<number[]> {
  const taken: number[] = [];
  for (const number of numbers) {
    const { ticketId } = await readTicket(operator, number);
    const begin = performance.now();
    await operator.client.mutate('tickets:takeOver', { teamId: operator.team.teamId, ticketId });
    taken.push(performance.now() - begin);
  }
  return taken;
}

/** Calls of another team's agent, one after the other, beside as many of one key as are taken. */
async function otherKey(target: Target, { key, conversations }: BenchTeam): Promise<Figure> {
  const api = new AgentApi(target.siteUrl, key);
  const calls = async (): Promise<number[]> => {
    const taken: number[] = [];
    const until = performance.now() + EACH_MS;
    for (let turn = 0; performance.now() < until; turn++) {
      const begin = performance.now();
      await api.say(conversations[turn % conversations.length]!.conversationId, `Beside a flood ${turn}`);
      taken.push(performance.now() - begin);
      await pause(APART_MS);
    }
    return taken;
  };
  const alone = await calls();
  const beside = await under(target, 'the API with a key', EDGES.actionsUnderWay.most, calls);
  await api.close();
  return {
    what: `another agent's call beside ${EDGES.actionsUnderWay.most} of one key, median`,
    unit: 'ms',
    against: 'the same beside none',
    baseline: percentile(alone, 0.5),
    engine: percentile(beside, 0.5),
    reach: { ratioAtMost: 3 },
    note: `p99 ${percentile(beside, 0.99).toFixed(0)} ms beside ${percentile(alone, 0.99).toFixed(0)} ms`,
  };
}

function takeoverFigures(alone: number[], beside: number[], callers: number): Figure[] {
  return ([0.5, 0.99] as const).map((share) => ({
    what: `a takeover beside one key with ${callers} callers, p${share * 100}`,
    unit: 'ms',
    against: 'the same beside none',
    baseline: percentile(alone, share),
    engine: percentile(beside, share),
    reach: { ratioAtMost: 3 },
  }));
}
