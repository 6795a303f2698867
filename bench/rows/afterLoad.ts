import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import { hostileTexts } from '../../test/costs/hostileTexts.ts';
import { owner } from '../../test/journeys/harness.ts';
import { AgentApi } from '../desk/agentApi.ts';
import { type BenchDesk, startBenchDesk } from '../desk/desks.ts';
import { residentKb } from '../desk/figures.ts';
import { openInboxPage, signIn } from '../desk/inboxPage.ts';
import type { Row } from '../row.ts';
import { closedLoop, pause } from '../support/measure.ts';

const SCREENS = 200;
const CALLERS = 64;
const MB = 1_000;
const SIGN_UPS = 40;

/** What a desk keeps of a storm that is over: messages, screens, sign-ups, long texts. Linux only. */
export const afterLoad: Row = {
  name: 'afterLoad',
  about: 'memory of the process after messages, 200 screens, sign-ups and long texts, five minutes later',
  async run({ size }) {
    if (process.platform !== 'linux') return [];
    const plan = { teams: 1, operators: size.tiny ? 5 : SCREENS, tickets: 45, status: 'busy' as const };
    const desk = await startBenchDesk(plan);
    try {
      const before = residentKb(desk.pid);
      let most = 0;
      const watch = setInterval(() => (most = Math.max(most, residentKb(desk.pid))), 200);
      await load(desk, size.tiny ? 0.5 : 30);
      clearInterval(watch);
      await pause(size.tiny ? 500 : 300_000);
      return [
        {
          what: 'process after the load, five minutes later',
          unit: 'MB',
          baseline: null,
          engine: residentKb(desk.pid) / MB,
          reach: { atMost: 400 },
          note: `${(before / MB).toFixed(0)} MB before, ${(most / MB).toFixed(0)} MB at most`,
        },
      ];
    } finally {
      await desk.dispose();
    }
  },
};

async function load(desk: BenchDesk, seconds: number): Promise<void> {
  const team = desk.teams[0]!;
  const screens = await Promise.all(team.operators.map((operator) => signIn(desk, team, operator)));
  for (const [at, screen] of screens.entries())
    await openInboxPage(screen, team.conversations[at % team.conversations.length]!.number);
  const agent = new AgentApi(desk.settings.siteUrl, team.key, CALLERS);
  const texts = Object.values(hostileTexts);
  await Promise.all([
    signUps(desk),
    closedLoop(CALLERS, seconds, (caller, turn) => {
      const { conversationId } = team.conversations[caller % team.conversations.length]!;
      return agent.say(
        conversationId,
        turn % 50 === 0 ? texts[caller % texts.length]! : `Line ${turn}`,
        caller,
      );
    }),
  ]);
  await agent.close();
  for (const { client } of screens) client.close();
}

/** The first team lets others set up their own. */
async function signUps({ settings }: BenchDesk): Promise<void> {
  await Promise.all(
    Array.from({ length: SIGN_UPS }, (_, at) => {
      const params = { flow: 'signUp', name: 'Bench', email: `p${at}@example.com`, password: owner.password };
      return new ConvexHttpClient(settings.url).action(api.auth.signIn, { provider: 'password', params });
    }),
  );
}
