import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../../convex/threads';
import { copiesWords, missingWords, nameOf, piecesOf, senderWarning, sendersTime } from './mailWords';

const mail = {
  subject: '',
  from: { address: 'eve@x.example', name: 'Eve' },
  to: [],
  cc: [],
  moreCc: 0,
  hasWhole: false,
  hasHtml: false,
  isOnlyHere: false,
};
const entry = (more: object, at = 10_000_000) =>
  ({ at, author: { kind: 'customer' }, authorName: 'Jo', mail: { ...mail, ...more } }) as unknown as Entry;

test('[M5] the fold hides and never deletes: the pieces joined are the mail, whatever is quoted', () => {
  const ranges = fc.array(fc.record({ start: fc.nat(40), end: fc.nat(40) }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), ranges, (text, quotedAt) => {
      expect(
        piecesOf(text, quotedAt)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    }),
  );
  expect(piecesOf('new\n> old', [{ start: 4, end: 9 }])).toEqual([
    { text: 'new\n', isQuoted: false },
    { text: '> old', isQuoted: true },
  ]);
});

test('[M3] [M9] a mail of somebody else goes by their name and not the customer’s, and is marked', () => {
  const foreign = entry({ sender: 'foreign' });
  expect(nameOf(foreign)).toBe('Eve');
  expect(nameOf(entry({ sender: 'proven' }))).toBe('Jo');
  expect(senderWarning(foreign.mail!)).toContain('takes no part');
  expect(senderWarning(entry({ sender: 'claimed' }).mail!)).toContain('Nobody has checked');
  expect(senderWarning(entry({ sender: 'proven' }).mail!)).toBeNull();
  expect(senderWarning(entry({ sender: 'proven' }).mail!, true)).toContain('Not written to the customer');
});

test('[M1] the time by the sender’s clock stands beside ours where they differ', () => {
  expect(sendersTime(entry({ sender: 'proven', date: 10_000_000 - 60_000 }))).toBeNull();
  expect(sendersTime(entry({ sender: 'proven', date: 1_000_000 }))).toBe(1_000_000);
  expect(sendersTime(entry({ date: 1_000_000 }))).toBeNull();
});

test('[M3] who reads along is named, and how many more', () => {
  expect(copiesWords({ ...mail, cc: ['a@x.example', 'b@x.example'], moreCc: 2 })).toBe(
    'a@x.example, b@x.example and 2 more',
  );
  expect(copiesWords(mail)).toBe('');
});

test('[M5] what the thread does not have of a mail is said', () => {
  expect(missingWords(mail)).toBeNull();
  expect(missingWords({ ...mail, filesLeftOut: 1 })).toMatch(/^One file is missing here/);
  expect(missingWords({ ...mail, filesLeftOut: 3 })).toMatch(/^3 files are missing here/);
  expect(missingWords({ ...mail, isCut: true })).toMatch(/something of it is missing here/);
});
