import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConvexError } from 'convex/values';
import type { ConvexReactClient } from 'convex/react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { Failed, type Live } from './live';
import { Lives } from './lives';

const team = 'team' as Id<'teams'>;
const notFound = new ConvexError({ code: 'NOT_FOUND' });

/** Convex's client, as far as a live query sees it: what is subscribed, and what the server has said of it. */
class Client {
  readonly open = new Map<string, Set<() => void>>();
  readonly #results = new Map<string, unknown>();

  watchQuery(_query: unknown, args: object) {
    const key = JSON.stringify(args);
    return {
      localQueryResult: () => {
        const result = this.#results.get(key);
        if (result instanceof Error) throw result;
        return result;
      },
      onUpdate: (read: () => void) => {
        const readers = this.open.get(key) ?? new Set();
        this.open.set(key, readers.add(read));
        return () => {
          readers.delete(read);
          if (readers.size === 0) this.open.delete(key);
        };
      },
    };
  }

  says(args: object, result: unknown) {
    this.#results.set(JSON.stringify(args), result);
    for (const read of this.open.get(JSON.stringify(args)) ?? []) read();
  }
}

let client: Client;
let lives: Lives;
const openWith = (operator: string) => lives.open([{ teamId: team, readKeys: { operator } }]);
const row = (number: number): Live => lives.shared(api.tickets.row, { teamId: team, number });
const asked = (number: number, readKey: string) => ({ teamId: team, number, readKey });

beforeEach(() => {
  vi.useFakeTimers();
  client = new Client();
  lives = new Lives(client as unknown as ConvexReactClient);
  openWith('first');
});
afterEach(() => vi.useRealTimers());

test('[E5] figures for managers are asked for with their key, and with no other where somebody has none', () => {
  const args = { teamId: team, minute: 1, hours: 1 };
  const live = lives.shared(api.reports.handovers, args, 'manager');
  live.subscribe(() => {});
  expect([...client.open.keys()]).toEqual([]);
  lives.open([{ teamId: team, readKeys: { operator: 'first', manager: 'theirs' } }]);
  expect([...client.open.keys()]).toEqual([JSON.stringify({ ...args, readKey: 'theirs' })]);
});

describe('while the read key turns', () => {
  test('[E5] the last value stands until the new key has brought the next', () => {
    const seen: unknown[] = [];
    const live = row(1);
    live.subscribe(() => seen.push(live.now()));
    client.says(asked(1, 'first'), 'before');
    client.says(asked(1, 'first'), notFound);
    openWith('second');
    client.says(asked(1, 'second'), 'after');
    vi.advanceTimersByTime(10_000);
    expect(seen).toEqual(['before', 'after']);
    expect([...client.open.keys()]).toEqual([JSON.stringify(asked(1, 'second'))]);
  });

  test('[E5] what is refused for longer than a turn is said', () => {
    const live = row(1);
    live.subscribe(() => {});
    client.says(asked(1, 'first'), 'before');
    client.says(asked(1, 'first'), notFound);
    expect(live.now()).toBe('before');
    vi.advanceTimersByTime(2_000);
    expect(live.now()).toEqual(new Failed(notFound));
  });

  test('[E5] every other failure is said at once', () => {
    const live = row(1);
    live.subscribe(() => {});
    const failure = new Error('Server Error');
    client.says(asked(1, 'first'), failure);
    expect(live.now()).toEqual(new Failed(failure));
  });

  test('[E5] what is kept warm goes on with the new key, too', () => {
    const end = row(1).subscribe(() => {});
    client.says(asked(1, 'first'), 'before');
    end();
    openWith('second');
    client.says(asked(1, 'second'), 'after');
    expect(row(1).now()).toBe('after');
  });
});

describe('when the sign-in ends', () => {
  test('[E5] nothing stays subscribed, shown or warm, and nothing is shown', () => {
    const shown = row(1);
    shown.subscribe(() => {});
    client.says(asked(1, 'first'), 'a row');
    row(2).subscribe(() => {})();
    lives.own(api.drafts.get, {} as never).subscribe(() => {})();
    expect(client.open.size).toBe(3);
    lives.open(null);
    expect(client.open.size).toBe(0);
    expect(shown.now()).toBeUndefined();
  });

  test('[E5] what is left after it is not kept warm for whoever signs in next', () => {
    const mine = lives.own(api.me.get, {});
    const end = mine.subscribe(() => {});
    client.says({}, 'Ana');
    lives.open(null);
    end();
    expect(client.open.size).toBe(0);
    expect(lives.own(api.me.get, {}).now()).toBeUndefined();
  });
});

describe('what nobody shows any more', () => {
  test('[E5] is there at once for who comes back within two minutes, and then no longer', () => {
    row(1).subscribe(() => {})();
    client.says(asked(1, 'first'), 'a row');
    vi.advanceTimersByTime(60_000);
    expect(row(1).now()).toBe('a row');
    row(1).subscribe(() => {})();
    vi.advanceTimersByTime(160_000);
    expect(client.open.size).toBe(0);
    expect(row(1).now()).toBeUndefined();
  });

  test('[E5] is at most two hundred queries: the longest left go first', () => {
    for (let number = 1; number <= 10_000; number++) row(number).subscribe(() => {})();
    expect(client.open.size).toBe(200);
    expect(client.open.has(JSON.stringify(asked(10_000, 'first')))).toBe(true);
  });
});

test('[E5] a query is subscribed once, however many show it', () => {
  const ends = [1, 1, 1].map((number) => row(number).subscribe(() => {}));
  expect(client.open.get(JSON.stringify(asked(1, 'first')))!.size).toBe(1);
  ends.forEach((end) => end());
});
