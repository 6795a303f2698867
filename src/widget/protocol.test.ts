import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHello, readToFrame } from './protocol';

it('the messages both sides send are understood', () => {
  expect(readHello({ baton: 1, dir: 'rtl' })).toEqual({ baton: 1, dir: 'rtl', lang: '', said: [] });
  expect(readHello({ baton: 1, dir: 'rtl', lang: 'ar' })).toMatchObject({ lang: 'ar' });
  expect(readHello({ baton: 1, dir: 'ltr', lang: 'x'.repeat(101) })).toMatchObject({ lang: '' });
  const said = ['identify', '{"token":"x"}'];
  expect(readHello({ baton: 1, dir: 'ltr', said: [said] })).toEqual({
    baton: 1,
    dir: 'ltr',
    lang: '',
    said: [said],
  });
  expect(readToFrame({ type: 'said', said })).toEqual({ type: 'said', said });
  expect(readToFrame({ type: 'shown' })).toEqual({ type: 'shown' });
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
    expect([readHello(data), readToFrame(data)]).toEqual([null, null]);
  }
  const noSaid = [
    null,
    'identify',
    [],
    ['identify'],
    ['identify', 7],
    ['x'.repeat(41), ''],
    ['a', 'x'.repeat(20_001)],
  ];
  for (const said of noSaid) expect(readToFrame({ type: 'said', said })).toBeNull();
  expect(readHello({ baton: 1, dir: 'ltr', said: noSaid })).toMatchObject({ said: [] });
  expect(readToFrame({ type: 'shown', token: 'x' })).toEqual({ type: 'shown' });
  fc.assert(
    fc.property(fc.anything(), (data) => {
      for (const read of [readHello, readToFrame]) read(data);
    }),
  );
});
