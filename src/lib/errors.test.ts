import { ConvexError } from 'convex/values';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../convex/shared/kit/errorCodes';
import { refusalOf, sentenceFor } from './errors';

describe('[E1] a refusal', () => {
  it.each(errorCodes)('%s is a sentence of its own', (code) => {
    const sentence = sentenceFor(code);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(errorCodes.filter((other) => sentenceFor(other) === sentence)).toEqual([code]);
  });

  it('is known by its code, never by its text', () => {
    const data = { code: 'CONTROL_HELD', message: 'TAKE_OVER_FIRST', holderName: 'Ana' };
    const refusal = refusalOf(new ConvexError(data));
    expect(refusal?.code).toBe('CONTROL_HELD');
    expect(sentenceFor(refusal!.code, refusal!.details)).toBe('Ana is answering this conversation.');
    for (const other of [
      new Error('CONTROL_HELD'),
      new ConvexError('CONTROL_HELD'),
      new ConvexError({ code: 'X' }),
    ])
      expect(refusalOf(other)).toBeNull();
  });
});
