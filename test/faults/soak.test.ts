/**
 * A desk in steady use for half an hour: neither its memory nor what an operator waits for may creep. `npm run test:faults -- soak
 * --minutes=5` shortens it.
 */
import { expect, it } from 'vitest';
import { AgentApi } from '../../bench/desk/agentApi.ts';
import { startBenchDesk, type BenchDesk } from '../../bench/desk/desks.ts';
import { residentKb } from '../../bench/desk/figures.ts';
import { openInboxPage, readTicket, signIn } from '../../bench/desk/inboxPage.ts';
import { figure, later, pause, percentile, scaled } from './support.ts';

const MINUTES = Number(process.env.SOAK_MINUTES ?? scaled(30, 2));
const SCREENS = 20;
const TICKETS = 60;
const MINUTE = 60_000;
/** One message a tick, and after it an operator acts. */
const TICK_MS = 100;
const SAMPLE_MS = 5_000;
/**
 * What is filled once (the caches of documents and of pages, code, pools) is filled first, by as many messages and acts as that
 * takes, as fast as they go; after a share of the time that follows memory has settled.
 */
const FILLING = scaled(20_000, 500);
const WARM = 1 / 3;

interface Sample {
  /** Minutes since the beginning. */
  at: number;
  value: number;
}

it(
  '[E4] a desk in steady use keeps its memory and its pace',
  async () => {
    const desk = await startBenchDesk({ teams: 1, operators: SCREENS, tickets: TICKETS, status: 'busy' });
    later(() => desk.dispose());
    const { memory, waits } = await use(desk, MINUTES * MINUTE);
    const window = Math.min(5, MINUTES / 3);
    const first = p99(waits.filter(({ at }) => at < window));
    const last = p99(waits.filter(({ at }) => at >= MINUTES - window));
    const settled = memory.filter(({ at }) => at >= MINUTES * WARM);
    const slope = slopeOf(settled);
    const minutely = memory
      .filter((_, at) => at % (MINUTE / SAMPLE_MS) === 0)
      .map(({ value }) => value.toFixed(0));
    figure(
      `soak: ${MINUTES} min, ${waits.length} acts beside as many messages and ${SCREENS} screens; slope ${slope.toFixed(2)} MB/min; p99 of the ` +
        `first ${window.toFixed(1)} min ${first.toFixed(1)} ms, of the last ${last.toFixed(1)} ms (${(last / first).toFixed(2)}); MB at each minute: ${minutely.join(' ')}`,
    );
    expect(slope).toBeLessThan(1);
    expect(last / first).toBeLessThanOrEqual(1.3);
  },
  MINUTES * MINUTE * 1.5 + FILLING * 100 + 300_000,
);

/** Messages come and operators type, take over and hand back, while screens are open and some come and go. */
async function use(desk: BenchDesk, ms: number): Promise<{ memory: Sample[]; waits: Sample[] }> {
  const team = desk.teams[0]!;
  const screens = await Promise.all(team.operators.map((operator) => signIn(desk, team, operator)));
  for (const [at, screen] of screens.entries()) await openInboxPage(screen, team.conversations[at]!.number);
  const agent = new AgentApi(desk.settings.siteUrl, team.key);
  const memory: Sample[] = [];
  const waits: Sample[] = [];
  for (let turn = 0; turn < FILLING; turn++) await act(turn);
  const begin = performance.now();
  const now = () => (performance.now() - begin) / MINUTE;
  const sample = () => memory.push({ at: now(), value: residentKb(desk.pid) / 1_000 });
  sample();
  const sampling = setInterval(sample, SAMPLE_MS);
  for (let turn = 0; performance.now() - begin < ms; turn++) {
    const waited = await act(turn);
    waits.push({ at: now(), value: waited });
    await pause(Math.max(0, begin + (turn + 1) * TICK_MS - performance.now()));
  }
  clearInterval(sampling);
  for (const { client } of screens) client.close();
  await agent.close();
  return { memory, waits };

  /** A customer writes, a person takes over; answers how long that took. */
  async function act(turn: number): Promise<number> {
    const { conversationId, number } = team.conversations[turn % TICKETS]!;
    const screen = screens[turn % SCREENS]!;
    await agent.say(conversationId, `Where is my order? This is message ${turn}.`);
    const { ticketId, epoch } = await readTicket(screen, number);
    const before = performance.now();
    await screen.client.mutate('tickets:takeOver', {
      teamId: team.teamId,
      ticketId,
      steal: { expectedEpoch: epoch },
    });
    const waited = performance.now() - before;
    if (turn % 50 === 49) await comeBack(turn % SCREENS);
    return waited;
  }

  /** A tab is closed and opened again. */
  async function comeBack(which: number): Promise<void> {
    screens[which]!.client.close();
    screens[which] = await signIn(desk, team, team.operators[which]!);
    await openInboxPage(screens[which], team.conversations[which]!.number);
  }
}

function p99(samples: Sample[]): number {
  return percentile(
    samples.map(({ value }) => value),
    0.99,
  );
}

/** Of the straight line with the least squares, a minute. */
function slopeOf(samples: Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, each) => sum + of(each), 0) / samples.length;
  const [at, value] = [mean((each) => each.at), mean((each) => each.value)];
  const spread = mean((each) => (each.at - at) ** 2);
  return mean((each) => (each.at - at) * (each.value - value)) / spread;
}
