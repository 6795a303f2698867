import { expect, test } from 'vitest';
import type { Entry } from '../../convex/threads';
import { buildThread } from './threadItems';

let sequence = 0;
const event = (fields: object) =>
  ({
    _id: `e${++sequence}`,
    sequence,
    at: sequence,
    kind: 'event',
    author: { kind: 'agent' },
    event: fields,
  }) as Entry;

test('[H7] what is handed over again for the same reason has one row, until something was settled', () => {
  const again = { type: 'reasonAdded', reason: 'noAnswer' };
  const entries = [
    event({ type: 'ticketOpened', number: 1, priority: 'normal', reason: 'noAnswer' }),
    event(again),
    event({ type: 'reasonAdded', reason: 'customerAsked' }),
    event({ type: 'statusChanged', from: 'open', to: 'resolved' }),
    event({ type: 'reasonAdded', reason: 'customerAsked' }),
  ];
  const rows = buildThread(entries, []).flatMap((item) => (item.type === 'events' ? item.entries : []));
  expect(rows.map((row) => row.sequence)).toEqual([1, 3, 4, 5]);
});
