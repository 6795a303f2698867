import { ConvexError } from 'convex/values';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../convex/shared/kit/errorCodes';
import { describeError, filesNotKept, refusalOf, sentenceFor } from './errors';

describe('[E1] a refusal', () => {
  it.each(errorCodes)('%s is a sentence of its own', (code) => {
    const sentence = sentenceFor(code);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(errorCodes.filter((other) => sentenceFor(other) === sentence)).toEqual([code]);
  });

  it('names the files that are not kept any more', () => {
    const error = new ConvexError({ code: 'NOT_FOUND', message: '', files: [1] });
    expect(describeError(error)).toMatch(/^A file is no longer kept here: attach it again/);
    expect(filesNotKept(error)).toEqual([1]);
    expect(filesNotKept(new Error('lost'))).toEqual([]);
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
