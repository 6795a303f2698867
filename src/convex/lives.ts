/**
 * The live queries of this page. One that nobody shows any more stays warm for a while, so that what one comes back to is there
 * at once; when the sign-in ends, all that it had opened ends with it, shown or not (docs/rules.md E5).
 */
import type { ConvexReactClient } from 'convex/react';
import {
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
  getFunctionName,
} from 'convex/server';
import type { Id } from '../../convex/_generated/dataModel';
import { Live, type Watch } from './live';

export type Query = FunctionReference<'query'>;
/** What a shared query is asked with; its read key is added here and known nowhere else. */
export type SharedArgs<Q extends Query> = Omit<FunctionArgs<Q>, 'readKey'> & { teamId: Id<'teams'> };

interface Opened {
  teamId: Id<'teams'>;
  /** [E5] Figures about people need the manager's, which nobody else is given. */
  readKeys: { operator: string; manager?: string };
}
export type KeyOf = keyof Opened['readKeys'];

const warmMs = 120_000;
const sweepEveryMs = 30_000;
const maxWarm = 200;

export class Lives {
  readonly #client: ConvexReactClient;
  readonly #lives = new Map<string, Live>();
  /** Those that nobody shows, longest left first, and since when. */
  readonly #idle = new Map<Live, number>();
  /** By team and role. */
  #readKeys = new Map<string, string>();
  #isOpen = false;

  constructor(client: ConvexReactClient) {
    this.#client = client;
    setInterval(() => this.#drop((since) => since < Date.now() - warmMs), sweepEveryMs);
  }

  /** What depends on who asks. */
  own<Q extends Query>(query: Q, args: FunctionArgs<Q>) {
    const open = () => this.#client.watchQuery(query, args) as Watch;
    return this.#live<FunctionReturnType<Q>>(keyOf(query, args), null, open);
  }

  /** What everybody in the team sees alike, or every manager. */
  shared<Q extends Query>(query: Q, args: SharedArgs<Q>, role: KeyOf = 'operator') {
    const opener = openerOf(args.teamId, role);
    const open = () => {
      const readKey = this.#readKeys.get(opener);
      if (!readKey) return null;
      return this.#client.watchQuery(query, { ...args, readKey } as FunctionArgs<Q>) as Watch;
    };
    return this.#live<FunctionReturnType<Q>>(keyOf(query, args), opener, open);
  }

  /** Asked once, of the desk itself: resolves when it has answered, rejects where nothing opens it. */
  async ask<Q extends Query>(query: Q, args: SharedArgs<Q>, role: KeyOf): Promise<FunctionReturnType<Q>> {
    const readKey = this.#readKeys.get(openerOf(args.teamId, role));
    if (!readKey) throw new Error('There is no key for it.');
    return this.#client.query(query, { ...args, readKey } as FunctionArgs<Q>);
  }

  #live<Result>(key: string, opener: string | null, open: () => Watch | null): Live<Result> {
    let live = this.#lives.get(key);
    if (!live) {
      live = new Live({
        key,
        opener,
        open,
        onShown: (shown) => {
          this.#idle.delete(shown);
          this.#lives.set(key, shown);
        },
        onLeft: (left) => {
          this.#rest(left);
          if (!this.#isOpen) this.#drop(() => true);
        },
      });
      this.#lives.set(key, live);
      this.#rest(live);
    }
    return live as Live<Result>;
  }

  #rest(live: Live) {
    this.#idle.set(live, Date.now());
    this.#drop(() => this.#idle.size > maxWarm);
  }

  /** From the one that was left longest ago on, for as long as `isOver`. */
  #drop(isOver: (since: number) => boolean) {
    for (const [live, since] of this.#idle) {
      if (!isOver(since)) return;
      this.#idle.delete(live);
      if (this.#lives.get(live.given.key) === live) this.#lives.delete(live.given.key);
      live.end();
    }
  }

  /** What the sign-in opens now; null once it has ended. */
  open(memberships: readonly Opened[] | null) {
    const before = this.#readKeys;
    this.#isOpen = memberships !== null;
    this.#readKeys = new Map(
      memberships?.flatMap(({ teamId, readKeys }) =>
        Object.entries(readKeys).map(([role, key]) => [openerOf(teamId, role), key] as const),
      ),
    );
    if (!memberships) this.#drop(() => true);
    for (const live of this.#lives.values()) {
      const { opener } = live.given;
      if (opener !== null && this.#readKeys.get(opener) !== before.get(opener)) live.watch();
    }
  }
}

const openerOf = (teamId: string, role: string) => `${teamId} ${role}`;

function keyOf<Q extends Query>(query: Q, args: FunctionArgs<Q>): string {
  return `${getFunctionName(query)} ${JSON.stringify(args)}`;
}
