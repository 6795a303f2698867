/** The live board of a manager while a whole team works: how soon after a commit it shows what the commit changed. */
import { AgentApi } from '../desk/agentApi.ts';
import { type BenchDesk, startBenchDesk } from '../desk/desks.ts';
import { openBoard, openInboxPage, readTicket, type SignedIn, signIn } from '../desk/inboxPage.ts';
import type { Row } from '../row.ts';
import { atRate, pause, percentile } from '../support/measure.ts';

const OPERATORS = 200;
const CALLERS = 32;
/** One event in ten is a change of priority that the board counts; the others are messages. */
const PER_SECOND = 100;
const CHANGE_EVERY_MS = 100;

export const board: Row = {
  name: 'board',
  about: 'a commit until the board shows it, at 100 events a second, with 200 operators and their screens',
  async run({ size }) {
    const operators = size.tiny ? 3 : OPERATORS;
    const seconds = size.tiny ? 1 : 20;
    const desk = await startBenchDesk({ teams: 1, operators, tickets: CALLERS + 4, status: 'busy' });
    try {
      const screens = await openScreens(desk);
      const late = await whileTeamWorks(desk, seconds);
      for (const { client } of screens) client.close();
      return [
        {
          what: `a commit until the board shows it, p99, ${operators} operators, ${PER_SECOND} events a second`,
          unit: 'ms',
          baseline: null,
          engine: percentile(late.taken, 0.99),
          reach: { atMost: 250 },
          note: `from the commit's answer; median ${percentile(late.taken, 0.5).toFixed(0)} ms, ${late.taken.length} changes, ${late.missing} never shown`,
        },
      ];
    } finally {
      await desk.dispose();
    }
  },
};

async function openScreens(desk: BenchDesk): Promise<SignedIn[]> {
  const team = desk.teams[0]!;
  const screens: SignedIn[] = [];
  for (const [at, operator] of team.operators.entries()) {
    const signedIn = await signIn(desk, team, operator);
    await openInboxPage(signedIn, team.conversations[at % team.conversations.length]!.number);
    screens.push(signedIn);
  }
  return screens;
}

async function whileTeamWorks(
  desk: BenchDesk,
  seconds: number,
): Promise<{ taken: number[]; missing: number }> {
  const team = desk.teams[0]!;
  const [manager, acting] = [await signIn(desk, team, team.owner), await signIn(desk, team, team.owner)];
  await openBoard(manager);
  const { ticketId } = await readTicket(acting, team.conversations.at(-1)!.number);
  const agent = new AgentApi(desk.settings.siteUrl, team.key, CALLERS);
  const messages = atRate({ perSecond: PER_SECOND * 0.9, seconds, callers: CALLERS }, (caller, turn) =>
    agent.say(team.conversations[caller]!.conversationId, `And what of order ${turn}?`, caller),
  );
  const taken: number[] = [];
  let missing = 0;
  const end = performance.now() + seconds * 1_000;
  for (let isUrgent = true; performance.now() < end; isUrgent = !isUrgent) {
    const next = pause(CHANGE_EVERY_MS);
    const shown = shows(manager, isUrgent ? 1 : 0);
    const priority = isUrgent ? 'urgent' : 'normal';
    await acting.client.mutate('tickets:setPriority', { teamId: team.teamId, ticketId, priority });
    const committed = performance.now();
    const at = await Promise.race([shown, pause(5_000).then(() => null)]);
    if (at === null) missing++;
    // A screen is often told before the answer has come.
    else taken.push(Math.max(0, at - committed));
    await next;
  }
  await messages;
  await agent.close();
  manager.client.close();
  acting.client.close();
  return { taken, missing };
}

/** When the board says that so many urgent tickets are nobody's. */
function shows({ client }: SignedIn, urgent: number): Promise<number> {
  const mark = new RegExp(`"urgent":${urgent}(?:\\.0)?[,}]`);
  return new Promise((resolve) => {
    client.onTransition = (frame) => {
      if (mark.test(frame.toString('latin1'))) resolve(performance.now());
    };
  });
}
