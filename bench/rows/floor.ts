/** The first page of every list, and the board, in a team of a million tickets beside one of ten thousand. */
import { priorities } from '../../convex/shared/tickets/tickets.ts';
import { type BenchDesk, startBenchDesk } from '../desk/desks.ts';
import { askBoard, readTicket, type SignedIn, signIn } from '../desk/inboxPage.ts';
import { TAGS } from '../desk/places.ts';
import type { Figure, Row } from '../row.ts';
import { inTurns, median, timings } from '../support/measure.ts';
import { callOver, RawHttp } from '../support/rawHttp.ts';

const OPERATORS = 20;
const SORTS = ['waiting', 'deadline', 'newest', 'priority'] as const;
const FILTERS = ['none', 'assignee', 'agentId', 'channel', 'priority', 'tag', 'status'] as const;

interface Listed {
  name: string;
  args: (desk: Floor) => object;
}

/** Every order of the list of all active ones, narrowed by nothing and by each filter; and the other lists as they come. */
const lists: Listed[] = [
  ...SORTS.flatMap((sort) =>
    FILTERS.map((filter) => ({
      name: `all by ${sort}${filter === 'none' ? '' : `, one ${filter}`}`,
      args: (desk: Floor) => ({
        list: 'all',
        ...(sort !== 'waiting' && { sort }),
        ...(filter !== 'none' && { filters: { [filter]: desk.valueOf(filter) } }),
      }),
    })),
  ),
  ...['unassigned', 'needsReply', 'snoozed', 'resolved', 'closed'].map((list) => ({
    name: list,
    args: () => ({ list }),
  })),
];

export const floor: Row = {
  name: 'floor',
  about: 'the first page of every sort and filter, and the board, at 1,000,000 tickets beside 10,000',
  async run({ size }) {
    const [few, many] = size.tiny ? [60, 300] : [10_000, 1_000_000];
    // The big one first: it takes many minutes to fill, and a connection that says nothing for one is closed.
    const big = await Floor.open(many);
    const small = await Floor.open(few);
    try {
      const times = size.tiny ? 3 : 60;
      const rounds = size.tiny ? 1 : 3;
      const measured = [];
      for (const { name, args } of lists) {
        const figure = await inTurns(rounds, {
          baseline: async () => median(await timings(times, () => small.page(args(small)))),
          engine: async () => median(await timings(times, () => big.page(args(big)))),
        });
        measured.push({ name, ...figure });
      }
      const board = await inTurns(rounds, {
        baseline: async () => median(await small.boards(times)),
        engine: async () => median(await big.boards(times)),
      });
      return figuresOf(measured, board, few, many);
    } finally {
      await small.close();
      await big.close();
    }
  },
};

type Sides = Record<'baseline' | 'engine', number>;

function figuresOf(
  measured: (Sides & { name: string })[],
  board: Sides,
  few: number,
  many: number,
): Figure[] {
  const ratio = ({ engine, baseline }: Sides) => engine / baseline;
  const worst = measured.toSorted((a, b) => ratio(b) - ratio(a))[0]!;
  const at = `at ${many.toLocaleString('en')} tickets`;
  const against = `the same at ${few.toLocaleString('en')}`;
  return [
    {
      what: `first page of ${measured.length} lists ${at}, over HTTP, p50 of all`,
      unit: 'ms',
      against,
      baseline: median(measured.map(({ baseline }) => baseline)),
      engine: median(measured.map(({ engine }) => engine)),
      reach: { ratioAtMost: 2.5 },
    },
    {
      what: `the one of them that grows most, p50: ${worst.name}`,
      unit: 'ms',
      against,
      baseline: worst.baseline,
      engine: worst.engine,
      reach: { ratioAtMost: 2.5 },
    },
    {
      what: `the board ${at}, ${OPERATORS} operators, after something on it has changed, p50`,
      unit: 'ms',
      against,
      ...board,
      reach: { ratioAtMost: 1.3 },
    },
  ];
}

class Floor {
  readonly #desk: BenchDesk;
  readonly #http: RawHttp;
  readonly #manager: SignedIn;
  #turn = 0;

  static async open(places: number): Promise<Floor> {
    const desk = await startBenchDesk({ teams: 1, operators: OPERATORS, tickets: 4, status: 'busy', places });
    const team = desk.teams[0]!;
    const http = await RawHttp.open(desk.settings.url);
    return new Floor(desk, http, await signIn(desk, team, team.owner));
  }

  constructor(desk: BenchDesk, http: RawHttp, manager: SignedIn) {
    this.#desk = desk;
    this.#http = http;
    this.#manager = manager;
  }

  get #team() {
    return this.#desk.teams[0]!;
  }

  /** Another one each time where there are several. */
  valueOf(filter: (typeof FILTERS)[number]): string {
    const turn = this.#turn++;
    const pick = (all: readonly string[]) => all[turn % all.length]!;
    switch (filter) {
      case 'assignee':
        return pick(this.#team.operators.map(({ memberId }) => memberId));
      case 'agentId':
        return this.#team.agentId!;
      case 'channel':
        return pick(['web', 'email', 'api']);
      case 'priority':
        return pick(priorities);
      case 'tag':
        return pick(TAGS);
      default:
        return pick(['new', 'open']);
    }
  }

  /** From a place before the first row, never the same: what was answered already is not asked. */
  async page(args: object): Promise<void> {
    const { teamId } = this.#team;
    const isLatestFirst =
      'sort' in args ? args.sort === 'newest' : /resolved|closed/.test(JSON.stringify(args));
    const before = isLatestFirst ? 1e14 + this.#turn++ : -1e6 - this.#turn++;
    const after = { sortAt: before, number: before, dueAt: before };
    const asked = { ...args, teamId, readKey: this.#manager.readKeys.operator, after };
    const reply = await callOver(this.#http, 'query', 'tickets:list', asked);
    if (!reply.includes('"numbers":[')) throw new Error(`No list: ${reply}`);
  }

  /** How long it takes to ask for all of it, each time after a ticket went from one operator to another. */
  async boards(times: number): Promise<number[]> {
    const { teamId, operators, conversations } = this.#team;
    const { ticketId } = await readTicket(this.#manager, conversations[0]!.number);
    const taken: number[] = [];
    for (let turn = 0; turn < times; turn++) {
      const { memberId } = operators[this.#turn++ % operators.length]!;
      await this.#manager.client.mutate('tickets:assign', { teamId, ticketId, memberId });
      const begin = performance.now();
      await askBoard(this.#manager, this.#turn);
      taken.push(performance.now() - begin);
    }
    return taken;
  }

  async close(): Promise<void> {
    this.#http.close();
    this.#manager.client.close();
    await this.#desk.dispose();
  }
}
