import { expect, test } from 'vitest';
import { toldApart } from './apart';
import type { NeedKind } from './needs';

const need = (kind: NeedKind, isUrgent?: true) => ({ kind, isUrgent });

test('[B6] calls for help are told by themselves before what is urgent, of many the newest two, and nothing else is', () => {
  const [help, older, oldest] = [need('help'), need('help'), need('help')];
  const [urgent, later] = [need('assigned', true), need('replied', true)];
  const plain = [need('assigned'), need('near'), need('mention')];
  expect(toldApart(plain)).toEqual([]);
  expect(toldApart([...plain, urgent])).toEqual([urgent]);
  // In the order in which they came.
  expect(toldApart([urgent, ...plain, help])).toEqual([urgent, help]);
  expect(toldApart([later, urgent, help])).toEqual([later, help]);
  expect(toldApart([help, urgent, older, oldest])).toEqual([help, older]);
});
