import { AgentApi } from '../desk/agentApi.ts';
import { type BenchDesk, type BenchTeam, startBenchDesk } from '../desk/desks.ts';
import { readMetrics } from '../desk/figures.ts';
import { openInboxPage, signIn } from '../desk/inboxPage.ts';
import type { Figure, Row } from '../row.ts';
import { pause } from '../support/measure.ts';
import type { SyncClient } from '../support/syncClient.ts';

const WATCHERS = 20;
const TICKETS = 45;
const TEXT = 'My order 48213 has not arrived yet, and the courier says that it was delivered on Monday.';
/** A screen tells every 20 s that somebody is there (docs/rules.md A2), and gets a new token once an hour. */
const HEARTBEATS_AN_HOUR = 180;
const SETTLE_MS = 500;
const KB = 1_000;

/**
 * What Convex would bill: function calls, and bytes read from and written to the database. Calls are those of clients and
 * agents, scheduled ones, and each update of a subscription that is sent; a result that many share is read once and sent
 * to each.
 */
export const billed: Row = {
  name: 'billed',
  about: 'function calls and bytes for a customer’s message, for who watches, and for an idle hour',
  async run({ size }) {
    const operators = size.tiny ? 3 : WATCHERS;
    const desk = await startBenchDesk({ teams: 1, operators, tickets: TICKETS, status: 'busy' });
    try {
      const bench = new Bench(desk);
      const messages = size.tiny ? 2 : 20;
      await bench.sayAll(5);
      const alone = await bench.costOf(messages, () => bench.sayAll(messages));
      await bench.openScreens();
      const watched = await bench.costOf(messages, () => bench.sayAll(messages));
      const beats = size.tiny ? 1 : 5;
      const idle = await bench.costOf(beats * operators, () => bench.beatAll(beats));
      bench.close();
      return figuresOf({ alone, watched, idle, operators });
    } finally {
      await desk.dispose();
    }
  },
};

/** Of one message, or one heartbeat. */
interface Cost {
  calls: number;
  readBytes: number;
  writtenBytes: number;
  /** To the screens. */
  sentBytes: number;
}

interface Costs {
  alone: Cost;
  watched: Cost;
  idle: Cost;
  operators: number;
}

function figuresOf({ alone, watched, idle, operators }: Costs): Figure[] {
  const figure = (what: string, unit: string, engine: number): Figure => ({
    ...{ what, unit, engine, baseline: null, reach: {} },
  });
  const each = (of: keyof Cost): number => (watched[of] - alone[of]) / operators;
  const message = "billed for a customer's message";
  const watcher = 'billed more for each who watches, and message';
  const hour = 'billed for each who watches, and idle hour';
  return [
    figure(message, 'calls', alone.calls),
    figure(`${message}, database`, 'KB', (alone.readBytes + alone.writtenBytes) / KB),
    figure(watcher, 'calls', each('calls')),
    figure(`${watcher}, database`, 'KB', (each('readBytes') + each('writtenBytes')) / KB),
    figure('sent to each who watches, for a message', 'KB', each('sentBytes') / KB),
    figure(hour, 'calls', HEARTBEATS_AN_HOUR * idle.calls),
    figure(`${hour}, database`, 'KB', (HEARTBEATS_AN_HOUR * (idle.readBytes + idle.writtenBytes)) / KB),
  ];
}

class Bench {
  readonly #desk: BenchDesk;
  readonly #team: BenchTeam;
  readonly #agent: AgentApi;
  readonly #screens: SyncClient[] = [];
  #said = 0;
  #updates = 0;
  #sentBytes = 0;

  constructor(desk: BenchDesk) {
    this.#desk = desk;
    this.#team = desk.teams[0]!;
    this.#agent = new AgentApi(desk.settings.siteUrl, this.#team.key);
  }

  /** Each with a ticket open that nobody writes in. */
  async openScreens(): Promise<void> {
    for (const [at, operator] of this.#team.operators.entries()) {
      const signedIn = await signIn(this.#desk, this.#team, operator);
      await openInboxPage(signedIn, this.#team.conversations[2 + (at % (TICKETS - 2))]!.number);
      const { client } = signedIn;
      client.onTransition = (frame) => {
        this.#sentBytes += frame.length;
        this.#updates += frame.toString('latin1').split('"QueryUpdated"').length - 1;
      };
      this.#screens.push(client);
    }
  }

  async costOf(count: number, act: () => Promise<void>): Promise<Cost> {
    const before = await this.#used();
    await act();
    await pause(SETTLE_MS);
    const after = await this.#used();
    const each = (of: keyof Cost): number => (after[of] - before[of]) / count;
    return {
      ...{ calls: each('calls'), sentBytes: each('sentBytes') },
      ...{ readBytes: each('readBytes'), writtenBytes: each('writtenBytes') },
    };
  }

  /** Queries that nobody waits for are re-run to be sent: what was sent is counted instead. */
  async #used(): Promise<Cost> {
    const metrics = await readMetrics(this.#desk.settings.port);
    const asked = ['Mutation', 'Action', 'HttpAction'].map((kind) =>
      metrics.get(`engine_functions_total{kind="${kind}",outcome="success"}`)!,
    );
    return {
      calls: asked.reduce((sum, count) => sum + count, this.#updates),
      readBytes: metrics.get('engine_database_read_bytes_total')!,
      writtenBytes: metrics.get('engine_database_written_bytes_total')!,
      sentBytes: this.#sentBytes,
    };
  }

  async sayAll(times: number): Promise<void> {
    const { conversationId } = this.#team.conversations[0]!;
    for (let turn = 0; turn < times; turn++) {
      await this.#agent.say(conversationId, `${this.#said++}. ${TEXT}`);
      await pause(100);
    }
  }

  async beatAll(times: number): Promise<void> {
    const { teamId } = this.#team;
    for (let turn = 0; turn < times; turn++) {
      for (const [at, screen] of this.#screens.entries())
        await screen.mutate('members:heartbeat', { teamId, sessionId: `screen ${at}`, idleMs: 0 });
    }
  }

  close(): void {
    for (const screen of this.#screens) screen.close();
    void this.#agent.close();
  }
}
