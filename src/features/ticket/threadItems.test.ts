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

test('[T8] a takeover, and taking a ticket, is one line; so is opening it by a reply, and from whom it was is said', () => {
  const by = (memberId: string, at: number, fields: object) =>
    ({ ...event(fields), at, author: { kind: 'operator', memberId } }) as Entry;
  const opens = { type: 'statusChanged', from: 'new', to: 'open' };
  const takes = (from?: string) => ({ type: 'assigned', from, to: 'ana', how: 'takeover' });
  const takesOver = { type: 'controlTaken', to: 'ana', epoch: 2 };
  const shown = (...entries: Entry[]) =>
    buildThread(entries, [])
      .flatMap((item) => (item.type === 'events' ? item.entries : []))
      .map((entry) => entry.event!.type);
  const takeover = [by('ana', 5, takesOver), by('ana', 5, opens), by('ana', 5, takes())];
  expect(shown(...takeover)).toEqual(['controlTaken']);
  expect(shown(by('ana', 5, opens), by('ana', 5, takes()))).toEqual(['assigned']);
  expect(shown(by('ana', 5, opens))).toEqual(['statusChanged']);
  // Two acts, two people, or a colleague whose it was: nothing of that is left out.
  expect(shown(by('ana', 5, opens), by('ana', 6, takes()), by('ben', 6, takesOver))).toHaveLength(3);
  expect(shown(by('ana', 5, takesOver), by('ana', 5, takes('ben')))).toEqual(['controlTaken', 'assigned']);
  expect(shown(by('ana', 5, opens), by('ben', 5, takes()))).toHaveLength(2);
});

const said = (kind: 'system' | 'operator', more: object = {}) =>
  ({
    _id: `e${++sequence}`,
    sequence,
    at: sequence,
    kind: 'message',
    channel: 'email',
    author: { kind },
    authorName: '',
    text: 'Nora joined the conversation.',
    ...more,
  }) as Entry;
const lines = (...entries: Entry[]) =>
  buildThread(entries, []).flatMap((item) => (item.type === 'message' ? [item.line] : []));
const toCome = (...entries: Entry[]) => lines(...entries).map((line) => line === 'toCome');

test('[M8] a line of the system goes with the next mail, and is told once that has left', () => {
  const by = (state: string, more: object = {}) => said('operator', { delivery: { state }, ...more });
  expect(toCome(said('system'))).toEqual([true]);
  expect(toCome(said('system', { channel: 'web' }))).toEqual([false]);
  expect(toCome(said('system'), said('operator', { channel: 'web' }))).toEqual([true, false]);
  expect(toCome(said('system'), by('queued'))).toEqual([true, false]);
  expect(toCome(said('system'), by('delivered', { neverSent: true }))).toEqual([true, false]);
  expect(toCome(said('system'), by('sent'), said('system'))).toEqual([false, false, true]);
  expect(toCome(said('system'), said('operator'))).toEqual([false, false]);
});

test('[M8] by WhatsApp a template and a mail take no line along; of several only the last is told', () => {
  const line = (systemText = 'personJoined') => said('system', { channel: 'whatsapp', systemText });
  const reply = (more: object = {}) => said('operator', { channel: 'whatsapp', ...more });
  expect(lines(line(), reply({ isTemplate: true }))).toEqual(['toCome', 'told']);
  expect(lines(line(), reply({ isTemplate: true }), reply())).toEqual(['told', 'told', 'told']);
  expect(lines(line(), said('operator'))).toEqual(['toCome', 'told']);
  expect(lines(line(), line('agentBack'), line(), reply(), line())).toEqual([
    'untold',
    'untold',
    'told',
    'told',
    'toCome',
  ]);
  expect(lines(line('handedOver'), reply())).toEqual(['untold', 'told']);
});

test('[M4] what was mailed while its sender was taken for spam is open once they are not, and folded until then', () => {
  const mail = (sequence: number) => ({ ...event({ type: 'spamMail' }), sequence });
  const marked = [{ ...event({ type: 'markedAsSpam' }), sequence: 1 }, mail(2), mail(3)];
  const lifted = { ...event({ type: 'notSpam' }), sequence: 4 };
  const shown = (entries: Entry[]) =>
    buildThread(entries, []).flatMap((item) =>
      item.type === 'events' ? [[item.isUnfolded, ...item.entries.map(({ sequence }) => sequence)]] : [],
    );
  expect(shown(marked)).toEqual([[false, 1, 2, 3]]);
  expect(shown([...marked, lifted, mail(5)])).toEqual([
    [false, 1],
    [true, 2, 3],
    [false, 4, 5],
  ]);
});

test('[M1] an edit is told once: what the message itself shows, its line does not say', () => {
  const message = said('operator', { author: { kind: 'customer' }, text: 'Order 1', sequence: 100 });
  const edit = (before: string, text: string) => ({
    ...event({ type: 'customerEdited', sequence: 100, before }),
    text,
  });
  const told = (...entries: Entry[]) =>
    buildThread(entries, []).flatMap((item) =>
      item.type === 'events' ? item.entries.map(({ text, event: of }) => ({ text, of })) : [],
    );
  const [first, second] = [edit('Order 1', 'Order 2'), edit('Order 2', 'Order 3')];
  expect(told(message, first, second)).toMatchObject([
    { text: undefined, of: { before: '' } },
    { text: undefined, of: { before: 'Order 2' } },
  ]);
  expect(told({ ...message, text: 'Ord', isCut: true }, first)).toMatchObject([{ of: { before: '' } }]);
  // The message is on a page that is not here yet.
  expect(told(first)).toMatchObject([{ text: 'Order 2', of: { before: 'Order 1' } }]);
});
