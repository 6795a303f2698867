import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHello, readToFrame, readToPage } from './protocol';

it('the messages both sides send are understood', () => {
  expect(readHello({ baton: 1, dir: 'rtl' })).toEqual({ baton: 1, dir: 'rtl' });
  expect(readToFrame({ type: 'shown' })).toEqual({ type: 'shown' });
  expect(readToPage({ type: 'unread', count: 2 })).toEqual({ type: 'unread', count: 2 });
  expect(readToPage({ type: 'close' })).toEqual({ type: 'close' });
});

it('anything else is dropped, and nothing but the known fields comes through', () => {
  for (const data of [
    null,
    undefined,
    1,
    'shown',
    [],
    {},
    { type: 'eval' },
    { baton: 2, dir: 'ltr' },
    { baton: 1 },
  ]) {
    expect([readHello(data), readToFrame(data), readToPage(data)]).toEqual([null, null, null]);
  }
  for (const count of [-1, 0.5, NaN, Infinity, '1', undefined])
    expect(readToPage({ type: 'unread', count })).toBeNull();
  expect(readToFrame({ type: 'shown', token: 'x' })).toEqual({ type: 'shown' });
  fc.assert(
    fc.property(fc.anything(), (data) => {
      for (const read of [readHello, readToFrame, readToPage]) read(data);
    }),
  );
});
