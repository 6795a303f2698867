import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeveloperError } from './errors.ts';
import { decodeId, encodeId, newInternalId, tableNumberOfId } from './id.ts';

const counting = Uint8Array.from({ length: 16 }, (_, i) => i);
const internalIds = fc.uint8Array({ minLength: 16, maxLength: 16 });
const tableNumbers = fc.oneof(
  fc.integer({ min: 1, max: 0xffff_ffff }),
  fc.constantFrom(1, 127, 128, 16383, 16384, 2 ** 21 - 1, 2 ** 21, 2 ** 28 - 1, 2 ** 28, 0xffff_ffff),
);
const alphabet = Array.from('0123456789abcdefghjkmnpqrstvwxyz');

describe('document ids', () => {
  it.each([
    [10001, 'j57000820c20a1g7104gm2rc1m70ynr8'],
    [1, '040020g30g2gc1r81450p30d1r7qke8'],
    [127, 'fw0020g30g2gc1r81450p30d1r7ze5r'],
    [16384, 'g2002001081g81860w40j2gb1g6gw3vs74'],
  ])('[engine V4] writes and reads the worked example of table %i', (tableNumber, text) => {
    expect(encodeId(tableNumber, counting)).toBe(text);
    expect(decodeId(text)).toEqual({ tableNumber, internalId: counting });
  });

  it('[engine V4] reads the id that another implementation wrote', () => {
    const internalId = Uint8Array.from({ length: 16 });
    internalId[0] = 251;
    for (let i = 1; i < 16; i++) internalId[i] = internalId[i - 1]! * 251;
    expect(encodeId(1017, internalId)).toBe('z43zp6c3e75gkmz1kfwj6mbbx5sw281h');
  });

  it('[engine V4] reads back what it wrote', () => {
    fc.assert(
      fc.property(tableNumbers, internalIds, (tableNumber, internalId) => {
        const text = encodeId(tableNumber, internalId);
        expect(decodeId(text)).toEqual({ tableNumber, internalId });
        expect(tableNumberOfId(text)).toBe(tableNumber);
      }),
    );
  });

  it('[engine V4] accepts no second text for a document: what decodes, encodes to itself', () => {
    const nearly = fc
      .tuple(tableNumbers, internalIds, fc.nat(), fc.constantFrom(...alphabet))
      .map(([tableNumber, internalId, at, char]) => {
        const text = encodeId(tableNumber, internalId);
        const place = at % text.length;
        return text.slice(0, place) + char + text.slice(place + 1);
      });
    const raw = fc
      .array(fc.constantFrom(...alphabet), { minLength: 31, maxLength: 37 })
      .map((c) => c.join(''));
    fc.assert(
      fc.property(fc.oneof(nearly, raw), (text) => {
        if (tableNumberOfId(text) === null) return;
        const { tableNumber, internalId } = decodeId(text);
        expect(encodeId(tableNumber, internalId)).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  it('[engine V4] refuses set padding bits', () => {
    // 31 characters carry 155 bits, 19 bytes only 152: the last three must be zero.
    const text = '040020g30g2gc1r81450p30d1r7qke8';
    for (const last of '9abcdef') expect(tableNumberOfId(text.slice(0, -1) + last)).toBeNull();
  });

  it('[engine V4] refuses a table number written longer than needed', () => {
    const raw = [0x81, 0x00, ...counting];
    let sum = 0;
    let sumOfSums = 0;
    for (const byte of raw) sumOfSums = (sumOfSums + (sum = (sum + byte) & 255)) & 255;
    let bits = '';
    for (const byte of [...raw, sum, sumOfSums]) bits += byte.toString(2).padStart(8, '0');
    const text = bits.replace(/.{5}/g, (group) => alphabet[parseInt(group, 2)]!);
    expect(() => decodeId(text)).toThrow('Unable to decode ID: Invalid table number');
  });

  it.each([
    ['garbage', 'Unable to decode ID: Invalid ID length 7'],
    ['', 'Unable to decode ID: Invalid ID length 0'],
    ['j'.repeat(38), 'Unable to decode ID: Invalid ID length 38'],
    ['j57000820c20a1g7104gm2rc1m70ynri', "Unable to decode ID: ID wasn't valid base32"],
    ['J57000820C20A1G7104GM2RC1M70YNR8', "Unable to decode ID: ID wasn't valid base32"],
    ['j57000820c20a1g7104gm2rc1m70ynré', "Unable to decode ID: ID wasn't valid base32"],
    ['j57000820c20a1g7104gm2rc1m70ynr9', 'Unable to decode ID: Invalid ID version 256 (expected 0)'],
    ['0'.repeat(32), 'Unable to decode ID: Invalid table number'],
    ['z'.repeat(32), 'Unable to decode ID: Invalid table number'],
    ['j57000820c20a1g7104gm2rc1m70ynr80', 'Unable to decode ID: Invalid ID length 33'],
  ])('[engine V4] says of %s: %s', (text, message) => {
    expect(() => decodeId(text)).toThrow(DeveloperError);
    expect(() => decodeId(text)).toThrow(message);
    expect(tableNumberOfId(text)).toBeNull();
  });

  it('[engine V4] never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(typeof (tableNumberOfId(text) ?? 0)).toBe('number');
      }),
    );
  });

  it('[engine V4] makes internal ids that differ and are the caller’s own', () => {
    const ids = Array.from({ length: 1000 }, newInternalId);
    expect(new Set(ids.map((id) => Buffer.from(id).toString('hex'))).size).toBe(1000);
    expect(ids.every((id) => id.length === 16 && id.buffer.byteLength === 16)).toBe(true);
  });
});
