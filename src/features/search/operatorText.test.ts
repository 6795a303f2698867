import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseSearch } from '../../../convex/shared/search/parseSearch';
import { beginOperator, dayOf, hasOperator, toggleOperator, withoutOperator } from './operatorText';

it('[T9] a filter that is pressed stands in the text, in place of what it replaces; pressed again it is gone', () => {
  expect(toggleOperator('late parcel', 'is', 'open')).toBe('late parcel is:open');
  expect(toggleOperator('is:open late', 'is', 'urgent')).toBe('is:open late is:urgent');
  expect(toggleOperator('is:open late IS:urgent', 'is', 'urgent')).toBe('is:open late');
  expect(toggleOperator('channel:web late', 'channel', 'email')).toBe('late channel:email');
  expect(toggleOperator('late', 'agent', 'Robin R.')).toBe('late agent:"Robin R."');
  expect(hasOperator('is:opened', 'is', 'open')).toBe(false);
  expect(withoutOperator('from:"Anna Berg" late before:2026', 'from')).toBe('late before:2026');
  expect(beginOperator('late from:anna', 'from')).toBe('late from:');
  expect(dayOf(new Date(2026, 1, 3, 23).getTime())).toBe('2026-02-03');
});

it('[T9] what a filter puts in is what the search reads', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 60 }),
      // Of one letter it names nobody.
      fc.stringMatching(/^[a-z]{2,9}( [a-z]{1,9})?$/),
      (text, name) => {
        const plain = text.replaceAll(/[":]/g, ' ');
        expect(parseSearch(toggleOperator(plain, 'from', name)).from).toBe(name);
        expect(parseSearch(toggleOperator(plain, 'is', 'open')).is).toEqual(['open']);
      },
    ),
  );
});
