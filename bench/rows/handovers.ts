import { AgentApi } from '../desk/agentApi.ts';
import { type BenchDesk, startBenchDesk } from '../desk/desks.ts';
import { countAssigned, readLoads, readTicket, type SignedIn, signIn } from '../desk/inboxPage.ts';
import type { Figure, Row } from '../row.ts';
import { bareGroupCommit } from '../support/groupCommit.ts';
import { median, pause, percentile } from '../support/measure.ts';

const CALLERS = 64;
const OPERATORS = 200;
const LOOK_EVERY_MS = 20;
const TEXT = 'I want to speak to a person about my order 48213, which has not arrived.';

/** From the first handover until the last ticket has its person. */
export const handovers: Row = {
  name: 'handovers',
  about: 'handovers a second until each has its least-loaded person: 200 operators in 20 teams, and in one',
  async run({ size }) {
    const operators = size.tiny ? 4 : OPERATORS;
    return [
      await handedOver({ teams: size.tiny ? 2 : 20, operators, reach: 0.1, each: size.tiny ? 2 : 40 }),
      await handedOver({ teams: 1, operators, reach: 0.03, each: size.tiny ? 4 : 400 }),
    ];
  },
};

interface Shape {
  teams: number;
  /** In all teams. */
  operators: number;
  /** Handovers of each team. */
  each: number;
  reach: number;
}

async function handedOver({ teams, operators, each, reach }: Shape): Promise<Figure> {
  const plan = { teams, operators: operators / teams, tickets: 0, status: 'online' as const };
  const desk = await startBenchDesk(plan);
  try {
    const waiting = await openConversations(desk, each);
    const before = await bareGroupCommit('handover', TEXT, 2);
    const looking = await Promise.all(desk.teams.map((team) => signIn(desk, team, team.owner)));
    const begin = performance.now();
    await Promise.all(waiting.map(({ agent, ids }) => handOverAll(agent, ids, CALLERS / teams)));
    const opened = performance.now() - begin;
    const spreads = await Promise.all(looking.map((looker) => assigned(looker, each)));
    const seconds = (performance.now() - begin) / 1_000;
    for (const { client } of looking) client.close();
    for (const { agent } of waiting) await agent.close();
    const count = teams * each;
    return {
      what: `handovers a second, balanced, ${operators} operators in ${teams} team${teams === 1 ? '' : 's'}`,
      unit: '/s',
      against: 'bare group commit of the same rows',
      baseline: median([before, await bareGroupCommit('handover', TEXT, 2)]),
      engine: count / seconds,
      reach: { ratioAtLeast: reach },
      note: `${((count * 1_000) / opened).toFixed(0)} tickets opened a second; loads differ by at most ${Math.max(...spreads)}`,
    };
  } finally {
    await desk.dispose();
  }
}

async function openConversations(desk: BenchDesk, each: number) {
  return Promise.all(
    desk.teams.map(async ({ key }, team) => {
      const agent = new AgentApi(desk.settings.siteUrl, key, Math.ceil(CALLERS / desk.teams.length));
      const ids: string[] = [];
      for (let at = 0; at < each; at++) {
        ids.push(await agent.start(`h${team}-${at}`));
        await agent.say(ids.at(-1)!, TEXT);
      }
      return { agent, ids };
    }),
  );
}

async function handOverAll(agent: AgentApi, ids: string[], callers: number): Promise<void> {
  const waiting = [...ids];
  const caller = async (_: unknown, at: number) => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await agent.handOver(id, at);
  };
  await Promise.all(Array.from({ length: Math.ceil(callers) }, caller));
}

/** Resolves when all are assigned, with how far the operators' loads lie apart. */
async function assigned(signedIn: SignedIn, count: number): Promise<number> {
  while ((await countAssigned(signedIn)) < count) await pause(LOOK_EVERY_MS);
  const loads = await readLoads(signedIn);
  return Math.max(...loads) - Math.min(...loads);
}

/** Everybody presses "Take over" on the same ticket at once. */
export const race: Row = {
  name: 'race',
  about: '200 operators take over one ticket at once: one winner, and when the last knows',
  async run({ size }) {
    const rounds = size.tiny ? 2 : 20;
    const operators = size.tiny ? 5 : OPERATORS;
    const desk = await startBenchDesk({ teams: 1, operators, tickets: rounds, status: 'busy' });
    try {
      const team = desk.teams[0]!;
      const racers = await Promise.all(team.operators.map((operator) => signIn(desk, team, operator)));
      const taken: number[] = [];
      const winners: number[] = [];
      for (const { number } of team.conversations) {
        const { ticketId } = await readTicket(racers[0]!, number);
        const args = { teamId: team.teamId, ticketId };
        const begin = performance.now();
        const won = await Promise.all(
          racers.map(({ client }) =>
            client
              .mutate('tickets:takeOver', args)
              .then(
                () => 1,
                () => 0,
              )
              .finally(() => taken.push(performance.now() - begin)),
          ),
        );
        winners.push(won.reduce<number>((sum, one) => sum + one, 0));
      }
      for (const { client } of racers) client.close();
      const wrong = winners.filter((count) => count !== 1).length;
      return [
        {
          what: `${operators} people race for one ticket, p99`,
          unit: 'ms',
          baseline: null,
          // A race with two winners, or none, is lost however fast it was.
          engine: wrong > 0 ? Number.POSITIVE_INFINITY : percentile(taken, 0.99),
          reach: { atMost: 100 },
          note: `${rounds} races, ${rounds - wrong} with one winner; median ${median(taken).toFixed(0)} ms`,
        },
      ];
    } finally {
      await desk.dispose();
    }
  },
};
