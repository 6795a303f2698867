/** Hooks over live queries: the value, `undefined` until the first has come; a refusal is thrown to the pane around it. */
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { useMemo, useSyncExternalStore } from 'react';
import { Failed, type Live } from './live';
import type { Query } from './lives';
import { useDesk } from './provider';

type Outcome<Value> = Value | Failed | undefined;

const nothing = { subscribe: () => () => {}, now: () => undefined };

/** The value, or why there is none. */
export function useOutcome<Value>(live: Pick<Live<Value>, 'subscribe' | 'now'> | null): Outcome<Value> {
  const { subscribe, now } = live ?? nothing;
  return useSyncExternalStore<Outcome<Value>>(subscribe, now);
}

export function valueOf<Value>(outcome: Outcome<Value>): Value | undefined {
  if (outcome instanceof Failed) throw outcome.error;
  return outcome;
}

/** What depends on who asks. */
export function useOwn<Q extends Query>(query: Q, args: FunctionArgs<Q> | 'skip') {
  const { lives } = useDesk();
  return valueOf(useOutcome<FunctionReturnType<Q>>(args === 'skip' ? null : lives.own(query, args)));
}

/** The values of several, in their order; the same array until one of them has changed. */
export function useAll<Value>(lives: Live<Value>[]): (Value | undefined)[] {
  const keys = lives.map(({ given }) => given.key).join('\n');
  // oxlint-disable-next-line react/exhaustive-deps -- the same keys are the same queries
  const { subscribe, now } = useMemo(() => together(lives), [keys]);
  const outcomes = useSyncExternalStore(subscribe, now);
  const failed = outcomes.find((each) => each instanceof Failed);
  if (failed) throw failed.error;
  return outcomes as (Value | undefined)[];
}

function together<Value>(lives: Live<Value>[]) {
  let last: Outcome<Value>[] = [];
  return {
    subscribe(listener: () => void) {
      const ends = lives.map((live) => live.subscribe(listener));
      return () => ends.forEach((end) => end());
    },
    now() {
      const next = lives.map((live) => live.now());
      if (next.length !== last.length || next.some((each, index) => each !== last[index])) last = next;
      return last;
    },
  };
}
