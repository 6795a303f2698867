/** A customer's message on the way to the screens of a team: how soon, at what price, and what a screen costs. */
import { AgentApi } from '../desk/agentApi.ts';
import { type BenchDesk, type BenchTeam, startBenchDesk } from '../desk/desks.ts';
import { queryRuns, residentKb } from '../desk/figures.ts';
import { openInboxPage, readTicket, type SignedIn, signIn, watchOfficially } from '../desk/inboxPage.ts';
import type { Figure, Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { gather } from '../support/gather.ts';
import { APART_MS, inTurns, median, pause, percentile, timings } from '../support/measure.ts';

const REACH: Record<number, number> = { 1: 4, 50: 2.5, 200: 2.5, 1_000: 2 };
const KB = 1_000;
const BODY = 'x'.repeat(KB);
const TICKETS = 45;
/** The customers of the first ones write: their lines are on every screen. */
const WRITTEN = 20;
/** Screens have these open, apart from those of who writes: threads beside the open one are kept warm. */
const OPENED = { from: WRITTEN + 1, count: 20 };
/** The last of the list, in which operators answer. */
const PAIR = [TICKETS - 2, TICKETS - 1] as const;
/** How many have the ticket open whose customer writes, where that is measured. */
const READERS = 5;

/** Until the last screen of all has what was written. */
const SETTLE_MS = 1_000;
/** A round that takes longer ends before it has had all its messages. */
const BUDGET_MS = 6_000;

interface Screen {
  signedIn: SignedIn;
  bytes: number;
}

export const screens: Row = {
  name: 'screens',
  about: "from a customer's message through /api/v1 until 1, 50, 200 and 1,000 operators' inboxes show it",
  async run({ size }) {
    const [small, most] = size.tiny ? [2, 4] : [200, 1_000];
    const plan = { teams: 1, operators: most, tickets: TICKETS, status: 'busy' as const };
    const desk = await startBenchDesk(plan);
    try {
      const bench = new Bench(desk, size.tiny);
      const figures: Figure[] = await memoryOf(bench, small);
      for (const count of size.tiny ? [small, 1, most] : [200, 50, 1, 1_000]) {
        await bench.setScreens(count);
        figures.push(...(await bench.measure(count)));
      }
      bench.close();
      return figures;
    } finally {
      await desk.dispose();
    }
  },
};

/** A quiet engine looks for garbage every ten seconds (engine/operations/rest.ts). */
const REST_MS = 25_000;

/** What the process grows by for each screen, before anything has been written, once it has rested. */
async function memoryOf(bench: Bench, count: number): Promise<Figure[]> {
  if (process.platform !== 'linux') return [];
  const restMs = bench.isTiny ? 100 : REST_MS;
  await bench.setScreens(1);
  await pause(restMs);
  const before = residentKb(bench.desk.pid);
  await bench.setScreens(count);
  await pause(restMs);
  const engine = (residentKb(bench.desk.pid) - before) / (count - 1);
  const what = `memory of an operator's screen, ${count} of them`;
  return [{ what, unit: 'KB', baseline: null, engine: Math.max(engine, 0), reach: { atMost: 100 } }];
}

class Bench {
  readonly desk: BenchDesk;
  readonly #team: BenchTeam;
  readonly #agent: AgentApi;
  readonly isTiny: boolean;
  readonly #screens: Screen[] = [];
  #said = 0;

  constructor(desk: BenchDesk, tiny: boolean) {
    this.desk = desk;
    this.#team = desk.teams[0]!;
    this.#agent = new AgentApi(desk.settings.siteUrl, this.#team.key);
    this.isTiny = tiny;
  }

  async setScreens(count: number): Promise<void> {
    for (const { signedIn } of this.#screens.splice(count)) signedIn.client.close();
    while (this.#screens.length < count) {
      const from = this.#screens.length;
      const more = Array.from({ length: Math.min(20, count - from) }, (_, n) => this.#open(from + n));
      this.#screens.push(...(await Promise.all(more)));
    }
  }

  async #open(at: number): Promise<Screen> {
    const signedIn = await signIn(this.desk, this.#team, this.#team.operators[at]!);
    await openInboxPage(signedIn, this.#ticket(OPENED.from + (at % OPENED.count)).number);
    return { signedIn, bytes: 0 };
  }

  async measure(count: number): Promise<Figure[]> {
    const times = this.isTiny ? 2 : 40;
    const taken: number[] = [];
    const runs: number[] = [];
    const delay = await inTurns(this.isTiny ? 1 : 3, {
      baseline: async () => median(await bare(count, 2 * times)),
      engine: async () => {
        const before = await queryRuns(this.desk);
        const each = await timings(times, (turn) => this.#say(turn % WRITTEN), APART_MS, BUDGET_MS);
        runs.push(((await queryRuns(this.desk)) - before) / each.length);
        taken.push(...each);
        return median(each);
      },
    });
    const people = `${count.toLocaleString('en')} inbox page${count === 1 ? '' : 's'}`;
    const figures: Figure[] = [
      {
        what: `customer's message → ${people}`,
        unit: 'ms',
        against: 'socket JSON → commit → broadcast of 1 KB',
        ...delay,
        reach: { ratioAtMost: REACH[count] ?? 100 },
        note: `p99 ${percentile(taken, 0.99).toFixed(0)} ms; ${await this.#officialClient()}`,
      },
      {
        what: `queries run per customer's message, ${people}`,
        unit: 'runs',
        baseline: null,
        engine: median(runs),
        reach: { atMost: 6 },
      },
    ];
    if (count === 200 || this.isTiny) figures.push(...(await this.#bytes(count)), await this.#readers(count));
    return figures;
  }

  /** Resolves when the last screen has it. */
  async #say(ticket: number): Promise<void> {
    const mark = `mark ${this.#said++}.`;
    const all = gather(this.#screens.length);
    const everybody = all.next();
    for (const screen of this.#screens) {
      screen.signedIn.client.onTransition = (frame) => {
        screen.bytes += frame.length;
        if (frame.includes(mark)) all.heard();
      };
    }
    await this.#agent.say(this.#ticket(ticket).conversationId, mark);
    await everybody;
  }

  /** What each screen is sent for a message, where the list keeps its order and where it does not. */
  async #bytes(count: number): Promise<Figure[]> {
    const sides = { unchanged: [] as number[], changed: [] as number[] };
    for (let turn = 0; turn < (this.isTiny ? 1 : 5); turn++) {
      sides.unchanged.push(await this.#bytesOf(0));
      // Whom nobody has answered stands behind those who were answered before: the first of two goes past the second.
      for (const ticket of PAIR) await this.#answer(ticket);
      sides.changed.push(await this.#bytesOf(PAIR[0]));
    }
    return [
      {
        what: `bytes per screen and message, order unchanged, ${count} screens`,
        unit: 'KB',
        baseline: null,
        engine: median(sides.unchanged) / KB,
        reach: { atMost: 1 },
      },
      {
        what: `bytes per screen and message, order changed, ${count} screens`,
        unit: 'KB',
        baseline: null,
        engine: median(sides.changed) / KB,
        reach: { atMost: 3 },
      },
    ];
  }

  async #bytesOf(ticket: number): Promise<number> {
    for (const screen of this.#screens) {
      screen.bytes = 0;
      screen.signedIn.client.onTransition = (frame) => (screen.bytes += frame.length);
    }
    await this.#agent.say(this.#ticket(ticket).conversationId, `Is it on its way (${this.#said++})?`);
    await pause(SETTLE_MS);
    return this.#screens.reduce((sum, { bytes }) => sum + bytes, 0) / this.#screens.length;
  }

  /** An operator answers: nobody waits in this ticket any more, until the customer writes. */
  async #answer(ticket: number): Promise<void> {
    const signedIn = await signIn(this.desk, this.#team, this.#team.owner);
    const { teamId } = this.#team;
    const { conversationId, number } = this.#ticket(ticket);
    const { lastSequence } = await readTicket(signedIn, number);
    const reply = { teamId, conversationId, text: 'On its way.', clientMessageId: `answer ${this.#said++}` };
    await signedIn.client.mutate('messages:takeOverAndSend', { ...reply, seenThrough: lastSequence });
    signedIn.client.close();
    await pause(SETTLE_MS);
  }

  /** Those who have the ticket open whose customer writes need more than the list. */
  async #readers(count: number): Promise<Figure> {
    const readers = await Promise.all(
      this.#team.operators.slice(0, Math.min(READERS, count)).map(async (operator) => {
        const signedIn = await signIn(this.desk, this.#team, operator);
        await openInboxPage(signedIn, this.#ticket(0).number);
        return signedIn.client;
      }),
    );
    const times = this.isTiny ? 1 : 10;
    const before = await queryRuns(this.desk);
    for (let turn = 0; turn < times; turn++) await this.#say(0);
    await pause(SETTLE_MS);
    const runs = ((await queryRuns(this.desk)) - before) / times;
    for (const client of readers) client.close();
    return {
      what: `queries run per customer's message, ${readers.length} of ${count} have it open`,
      unit: 'runs',
      baseline: null,
      engine: runs,
      reach: { atMost: 6 + readers.length },
    };
  }

  /** The same beside the raw frames, as the official client has it. */
  async #officialClient(): Promise<string> {
    let seen = (_text: string) => {};
    const { signedIn } = this.#screens[0]!;
    const client = watchOfficially(signedIn, this.#ticket(0).number, (preview) => seen(preview));
    await pause(500);
    const shownAfter = (): Promise<unknown> => {
      const shown = new Promise<void>((resolve) => {
        const mark = `mark ${this.#said}.`;
        seen = (text) => text === mark && resolve();
      });
      return Promise.all([shown, this.#say(0)]);
    };
    const taken = await timings(this.isTiny ? 1 : 15, shownAfter, APART_MS, BUDGET_MS);
    await client.close();
    return `with an official client among them ${median(taken).toFixed(1)} ms`;
  }

  #ticket(at: number) {
    return this.#team.conversations[at]!;
  }

  close(): void {
    for (const { signedIn } of this.#screens) signedIn.client.close();
    void this.#agent.close();
  }
}

async function bare(count: number, times: number): Promise<number[]> {
  const server = await startBare('broadcast');
  const all = gather(count);
  const clients = await Promise.all(Array.from({ length: count }, () => BareClient.open(server.port)));
  for (const client of clients) client.onFrame = all.heard;
  const writer = await BareClient.open(server.port);
  const taken = await timings(
    times,
    () => {
      const everybody = all.next();
      writer.tell({ type: 'write', body: BODY });
      return everybody;
    },
    APART_MS,
  );
  for (const client of [writer, ...clients]) client.close();
  await server.dispose();
  return taken;
}
