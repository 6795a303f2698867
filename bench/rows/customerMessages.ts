import { AgentApi } from '../desk/agentApi.ts';
import { type BenchDesk, type BenchTeam, startBenchDesk } from '../desk/desks.ts';
import { openInboxPage, readTicket, type SignedIn, signIn } from '../desk/inboxPage.ts';
import type { Figure, Row } from '../row.ts';
import { bareGroupCommit } from '../support/groupCommit.ts';
import { closedLoop, inTurns, pause, percentile } from '../support/measure.ts';
import type { SyncClient } from '../support/syncClient.ts';

const CALLERS = 64;
const SCREENS = 200;
/** Each caller writes in a conversation of its own; the first of them are on screen. */
const ON_SCREEN = 20;
/** Beyond those: what operators take over, and what screens have open. */
const APART = CALLERS + 1;
const TICKETS = APART + 24;
/** Screens whose frames are read: reading all would be what is measured. */
const READ = 4;
const TAKEOVER_EVERY_MS = 50;
const TEXT =
  'My order 48213 has not arrived yet, and the page of the courier says it was delivered on Monday.';
const MARK = /m(\d+)-(\d+)\./g;

/** One conversation on one screen: how far it is shown, and what was acknowledged and is not shown yet, with its time. */
interface Followed {
  shown: number;
  waiting: Map<number, number>;
}

/** How long sampled screens do not show what a customer has been told is there. */
class Staleness {
  readonly #screens: Followed[][] = [];
  readonly taken: number[] = [];
  #said = Array.from({ length: CALLERS }, () => 0);

  watch(client: SyncClient): void {
    const screen = Array.from({ length: ON_SCREEN }, () => ({
      shown: -1,
      waiting: new Map<number, number>(),
    }));
    this.#screens.push(screen);
    client.onTransition = (frame) => {
      const at = performance.now();
      for (const [, conversation, turn] of frame.toString('latin1').matchAll(MARK)) {
        const followed = screen[Number(conversation)];
        if (followed !== undefined) this.#show(followed, Number(turn), at);
      }
    };
  }

  #show(followed: Followed, turn: number, at: number): void {
    followed.shown = turn;
    for (const [said, since] of followed.waiting) {
      followed.waiting.delete(said);
      this.taken.push(at - since);
    }
  }

  /** The text of the next message in a conversation, and what to call once it is acknowledged. */
  next(conversation: number): { text: string; acknowledged: () => void } {
    const turn = this.#said[conversation]!++;
    return {
      text: `m${conversation}-${turn}. ${TEXT}`,
      acknowledged: () => {
        for (const screen of this.#screens) {
          const followed = screen[conversation];
          if (followed === undefined) continue;
          // Screens are often told before the answer has come.
          if (followed.shown >= turn) this.taken.push(0);
          else followed.waiting.set(turn, performance.now());
        }
      },
    };
  }

  /** Of messages that no sampled screen has shown. */
  get missing(): number {
    return this.#screens.flat().reduce((sum, { waiting }) => sum + waiting.size, 0);
  }
}

/** What customers write through /api/v1, with a whole team looking at it, and with nobody. */
export const customerMessages: Row = {
  name: 'customerMessages',
  about:
    "customers' messages a second through /api/v1, 64 callers, with 200 screens and with none; takeovers meanwhile",
  async run({ size }) {
    const seconds = size.tiny ? 0.3 : 4;
    const plan = { teams: 1, operators: SCREENS, tickets: TICKETS, status: 'busy' as const };
    const desk = await startBenchDesk(size.tiny ? { ...plan, operators: 5 } : plan);
    try {
      const quiet = await unwatched(desk, seconds, size.tiny ? 1 : 3);
      return [quiet, ...(await watched(desk, seconds, size.tiny ? 1 : 3))];
    } finally {
      await desk.dispose();
    }
  },
};

const bare = (seconds: number) => bareGroupCommit('message', TEXT, seconds);
const against = 'bare group commit of the same rows';

async function unwatched(desk: BenchDesk, seconds: number, rounds: number): Promise<Figure> {
  const team = desk.teams[0]!;
  const agent = new AgentApi(desk.settings.siteUrl, team.key, CALLERS);
  const figure = await inTurns(rounds, {
    baseline: () => bare(seconds),
    engine: () =>
      closedLoop(CALLERS, seconds, (caller) =>
        agent.say(team.conversations[caller]!.conversationId, TEXT, caller),
      ),
  });
  await agent.close();
  return {
    what: `customers' messages a second, nobody watching`,
    unit: '/s',
    against,
    ...figure,
    reach: { ratioAtLeast: 0.15 },
  };
}

async function watched(desk: BenchDesk, seconds: number, rounds: number): Promise<Figure[]> {
  const team = desk.teams[0]!;
  const agent = new AgentApi(desk.settings.siteUrl, team.key, CALLERS);
  const screens = await openScreens(desk, team);
  const staleness = new Staleness();
  for (const screen of screens.slice(0, READ)) staleness.watch(screen);
  // Where a screen is behind, what it has not shown when the callers stop is shown soon after.
  const say = async (caller: number) => {
    const { text, acknowledged } = staleness.next(caller);
    await agent.say(team.conversations[caller]!.conversationId, text, caller);
    acknowledged();
  };
  const figure = await inTurns(rounds, {
    baseline: () => bare(seconds),
    engine: () => closedLoop(CALLERS, seconds, say),
  });
  await pause(2_000);
  const stale = percentile(staleness.taken, 0.99);
  const { missing } = staleness;
  const takeovers = await takeoversAt(desk, team, 0.8 * figure.engine, seconds * rounds, say);
  for (const screen of screens) screen.close();
  await agent.close();
  const count = screens.length;
  return [
    {
      what: `customers' messages a second, ${CALLERS} callers, ${count} screens`,
      unit: '/s',
      against,
      ...figure,
      reach: { ratioAtLeast: 0.12 },
    },
    {
      what: `from its answer until a screen shows it, p99, ${count} screens`,
      unit: 'ms',
      baseline: null,
      engine: stale,
      reach: { atMost: 100 },
      note: `median ${percentile(staleness.taken, 0.5).toFixed(0)} ms; ${missing} never shown`,
    },
    {
      what: `takeover p99 at 80 % of that rate, ${count} screens`,
      unit: 'ms',
      baseline: null,
      engine: percentile(takeovers.taken, 0.99),
      reach: { atMost: 50 },
      note: `median ${percentile(takeovers.taken, 0.5).toFixed(0)} ms at ${takeovers.perSecond.toFixed(0)} messages a second`,
    },
  ];
}

async function openScreens(desk: BenchDesk, team: BenchTeam): Promise<SyncClient[]> {
  const screens: SyncClient[] = [];
  for (const [at, operator] of team.operators.entries()) {
    const signedIn = await signIn(desk, team, operator);
    await openInboxPage(signedIn, team.conversations[APART + (at % (TICKETS - APART))]!.number);
    screens.push(signedIn.client);
  }
  return screens;
}

/** Messages come at a steady rate, however slow the ones before; operators take over and hand back one after another. */
async function takeoversAt(
  desk: BenchDesk,
  team: BenchTeam,
  perSecond: number,
  seconds: number,
  say: (caller: number) => Promise<void>,
): Promise<{ taken: number[]; perSecond: number }> {
  const signedIn = await signIn(desk, team, team.owner);
  const begin = performance.now();
  const isOver = () => performance.now() - begin > seconds * 1_000;
  let [due, done] = [0, 0];
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    while (!isOver()) {
      const at = begin + (due++ * 1_000) / perSecond;
      await pause(Math.max(0, at - performance.now()));
      await say(caller);
      done++;
    }
  });
  const taken: number[] = [];
  for (let turn = 0; !isOver(); turn++) {
    const ticket = team.conversations[APART + (turn % (TICKETS - APART))]!;
    taken.push(await takeOverAndReturn(signedIn, ticket));
    await pause(TAKEOVER_EVERY_MS);
  }
  await Promise.all(callers);
  const rate = (done * 1_000) / (performance.now() - begin);
  signedIn.client.close();
  return { taken, perSecond: rate };
}

/** Answers how long the takeover took. */
async function takeOverAndReturn(
  signedIn: SignedIn,
  { conversationId, number }: BenchTeam['conversations'][number],
): Promise<number> {
  const { client, team } = signedIn;
  const { teamId } = team;
  const { ticketId, epoch, lastSequence } = await readTicket(signedIn, number);
  const begin = performance.now();
  await client.mutate('tickets:takeOver', { teamId, ticketId });
  const took = performance.now() - begin;
  await client.mutate('tickets:returnToAgent', {
    ...{ teamId, conversationId, expectedEpoch: epoch + 1, agentAnswersNow: false },
    // Its own takeover wrote an entry.
    seenThrough: lastSequence + 1,
  });
  return took;
}
