import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSame, macOf } from './mac';
import { matchOrder, type Matchable } from './matchOrder';
import { mostOctetsOfLine, octetsOf } from './headers';
import { subjectForReply, tagOfSubject } from './subjects';
import {
  makeMessageId,
  makeToken,
  openMessageId,
  openToken,
  referencesFor,
  referencesLine,
  replyAddress,
  tokenOfAddress,
} from './threading';

const key = new Uint8Array(32).fill(7);
const otherKey = new Uint8Array(32).fill(8);
const id = 'k57d9tfhhqjmxh5v4s2ka9rp3n7x4m2q';
const anyId = fc.string({
  unit: fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'),
  minLength: 6,
  maxLength: 40,
});

describe('signed reply addresses', () => {
  test('[M3] the address of a conversation leads back to it, whatever case and letters came back', async () => {
    const address = replyAddress('support@in.shop.example', await makeToken(key, id));
    expect(address).toMatch(/^support\+c-k57d9tfhhqjmxh5v4s2ka9rp3n7x4m2q-[0-9a-z]{10}@in\.shop\.example$/);
    for (const came of [address!, address!.toUpperCase(), ` <${address}> `])
      expect(await openToken(key, tokenOfAddress(came)!)).toBe(id);
    // The mark alone is read as people write it down.
    const [token] = [tokenOfAddress(address!)!];
    const mac = token.split('-')[1]!;
    expect(await openToken(key, `${id}-${mac.replaceAll('0', 'o').replaceAll('1', 'l')}`)).toBe(id);
  });

  test('[goals sec-28] property: neither another id nor another desk makes a mark that opens', async () => {
    await fc.assert(
      fc.asyncProperty(anyId, anyId, async (one, other) => {
        const token = await makeToken(key, one);
        expect(await openToken(key, token)).toBe(one);
        expect(await openToken(otherKey, token)).toBeNull();
        if (one !== other) expect(await openToken(key, token.replace(one, other))).toBeNull();
      }),
      { numRuns: 40 },
    );
    for (const forged of ['', '-', `${id}-`, `${id}-0000000000`, `${id}`, '../../x-0123456789'])
      expect(await openToken(key, forged)).toBeNull();
  });

  test('[M3] the local part stays within 64 octets: an address too long for it is none', async () => {
    const token = await makeToken(key, id);
    expect(replyAddress(`${'a'.repeat(18)}@x.example`, token)).not.toBeNull();
    expect(replyAddress(`${'a'.repeat(19)}@x.example`, token)).toBeNull();
    expect(replyAddress('a+old@x.example', token)).toBe(`a+c-${token}@x.example`);
    expect(replyAddress('a@x.example', 'a\r\nb')).toBeNull();
    for (const none of ['a@x.example', 'a+c-@x.example', 'a+news@x.example', ''])
      expect(tokenOfAddress(none)).toBeNull();
  });

  test('marks are compared whole', async () => {
    expect(await macOf(key, 'a', 16)).toHaveLength(16);
    expect(isSame('abc', 'abc')).toBe(true);
    for (const other of ['', 'ab', 'abcd', 'abd']) expect(isSame('abc', other)).toBe(false);
  });
});

describe('ids of ours', () => {
  test('[M3] [goals sec-28] name the message and its conversation, and only ours do', async () => {
    const token = await makeToken(key, id);
    const own = await makeMessageId(key, { messageId: 'j97abc', token, domain: 'shop.example' });
    expect(await openMessageId(key, own)).toEqual({ messageId: 'j97abc', conversationId: id });
    expect(await openMessageId(key, own.toUpperCase())).toEqual({ messageId: 'j97abc', conversationId: id });
    expect(await openMessageId(otherKey, own)).toBeNull();
    expect(await openMessageId(key, own.replace('j97abc', 'j97abd'))).toBeNull();
    for (const other of ['<a@b>', '', own.replace('<', ''), `${own} x`])
      expect(await openMessageId(key, other)).toBeNull();
    await expect(makeMessageId(key, { messageId: 'a b', token, domain: 'x' })).rejects.toThrow();
    await expect(makeToken(key, 'A@b')).rejects.toThrow();
  });
});

test('[M3] [goals sec-28] of 10,000 forged addresses and ids none opens', async () => {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  const marks = new Uint8Array(16 * 5_000);
  for (let at = 0; at < marks.length; at += 60_000) crypto.getRandomValues(marks.subarray(at, at + 60_000));
  const token = await makeToken(key, id);
  const own = await makeMessageId(key, { messageId: 'j97abc', token, domain: 'x.example' });
  const accepted: string[] = [];
  for (let each = 0; each < 5_000; each++) {
    const mark = Array.from(marks.subarray(16 * each, 16 * each + 16), (byte) => letters[byte % 32]).join('');
    const forgedToken = `${id}-${mark.substring(0, 10)}`;
    const forgedId = own.replace(/\.[0-9a-z]{16}@/, `.${mark}@`);
    if ((await openToken(key, forgedToken)) !== null) accepted.push(forgedToken);
    if ((await openMessageId(key, forgedId)) !== null) accepted.push(forgedId);
  }
  expect(accepted).toEqual([]);
  expect(await openToken(key, token)).toBe(id);
  // One letter away from the right one, at every place.
  for (const right of [token, own]) {
    const open = right === own ? openMessageId : openToken;
    for (let at = right.search(/[-.][0-9a-z]{10,16}(?:@|$)/) + 1; /[0-9a-z]/.test(right[at] ?? ''); at++) {
      const other = right[at] === 'z' ? 'y' : 'z';
      const forged = `${right.substring(0, at)}${other}${right.substring(at + 1)}`;
      expect(await open(key, forged), forged).toBeNull();
    }
  }
}, 60_000);

describe('references', () => {
  test('[M3] an answer names its ancestors, its parent, and last our own id', () => {
    const parent = { messageId: '<3@x>', inReplyTo: ['<2@x>'], references: ['<1@x>', '<2@x>'] };
    expect(referencesFor(parent)).toEqual(['<1@x>', '<2@x>', '<3@x>']);
    expect(referencesFor({ ...parent, references: [] })).toEqual(['<2@x>', '<3@x>']);
    expect(referencesFor({ messageId: null, inReplyTo: [], references: [] })).toEqual([]);
    expect(referencesLine(['<1@x>', '<2@x>', '<3@x>'], '<own@d>')).toBe('<1@x> <2@x> <3@x> <own@d>');
    expect(referencesLine([], '<own@d>')).toBe('<own@d>');
  });

  test('[M3] property: a long thread keeps its first and its last 20, in their order and each once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80, size: 'max' }), (numbers) => {
        const references = numbers.map((number) => `<${number}@x>`);
        const found = referencesFor({ messageId: '<p@x>', inReplyTo: [], references });
        expect(found.length).toBeLessThanOrEqual(21);
        expect(new Set(found).size).toBe(found.length);
        expect(found.at(-1)).toBe('<p@x>');
        const known = [...new Set(references.toReversed())].toReversed();
        if (known.length > 0) expect(found[0]).toBe(known[0]);
        expect(found.slice(1, -1)).toEqual(known.slice(1).slice(-19));
      }),
    );
  });

  test('[M3] property: they fit on one line: our own id, then the parent, the first and the nearest, in their order', () => {
    const local = fc.string({ unit: fc.constantFrom('a', 'ü', '.'), minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.uniqueArray(local, { maxLength: 25, size: 'max' }), (locals) => {
        const ids = locals.map((each) => `<${each}@x>`);
        const line = `References: ${referencesLine(ids, '<own@d>')}`;
        expect(octetsOf(line)).toBeLessThanOrEqual(mostOctetsOfLine);
        const kept = line.split(' ').slice(1, -1);
        expect(line.endsWith('<own@d>')).toBe(true);
        expect(kept).toEqual(ids.filter((id) => kept.includes(id)));
        // Two of these and our own always fit.
        expect([kept[0], kept.at(-1)]).toEqual([ids[0], ids.at(-1)]);
        // What is left out would not have fitted.
        for (const id of ids)
          if (!kept.includes(id)) expect(octetsOf(`${line} ${id}`)).toBeGreaterThan(mostOctetsOfLine);
      }),
    );
  });
});

describe('subjects', () => {
  test("[M3] an answer keeps the customer's subject behind one Re:, in any language and however often it was answered", () => {
    for (const subject of [
      'Order 7',
      'Re: Order 7',
      'RE: AW: Re[2]: Order 7',
      'SV:Order 7',
      '回复：Order 7',
      'Re : Order 7',
    ])
      expect(subjectForReply(subject), subject).toBe('Re: Order 7');
    expect(subjectForReply('Fwd: Order 7')).toBe('Re: Fwd: Order 7');
    expect(subjectForReply('Refund: 7')).toBe('Re: Refund: 7');
    expect(subjectForReply('')).toBe('Re:');
    expect(subjectForReply('a\r\nBcc: b')).toBe('Re: a Bcc: b');
  });

  test('[M3] the tag of a ticket is found again, the first where several stand', () => {
    expect(tagOfSubject('Re: Order [#1234] and [#9]')).toBe(1234);
    for (const none of ['', '#1234', '[#]', '[#12345678901]']) expect(tagOfSubject(none)).toBeNull();
  });
});

describe('the conversation of a mail', () => {
  const mail = (over: Partial<Matchable>): Matchable => ({
    headers: [],
    to: [],
    cc: [],
    inReplyTo: [],
    references: [],
    subject: '',
    ...over,
  });
  const person = (address: string) => ({ address, name: '' });

  test('[M3] is looked for by address, then ids of ours from the newest, then any id, then the tag', async () => {
    const [a, b, c] = ['aaaaaa', 'bbbbbb', 'cccccc'];
    const token = async (each: string) => makeToken(key, each);
    const own = async (each: string, messageId: string) =>
      makeMessageId(key, { messageId, token: await token(each), domain: 'd' });
    const address = async (each: string) => replyAddress('s@d.example', await token(each))!;
    const found = await matchOrder(
      mail({
        to: [person(await address(b!)), person('x@y.z')],
        headers: [{ name: 'X-Original-To', value: await address(c!) }],
        references: ['<1@x>', await own(b!, 'mmmmm1'), await own(a!, 'mmmmm2')],
        inReplyTo: ['<ses@amazonses>'],
        subject: 'Re: [#7]',
      }),
      { key, receivedFor: [await address(a!)] },
    );
    expect(found).toEqual([
      { by: 'address', conversationId: a },
      { by: 'address', conversationId: b },
      { by: 'address', conversationId: c },
      { by: 'ownId', conversationId: a, messageId: 'mmmmm2' },
      { by: 'ownId', conversationId: b, messageId: 'mmmmm1' },
      { by: 'messageId', id: '<ses@amazonses>' },
      { by: 'messageId', id: await own(a!, 'mmmmm2') },
      { by: 'messageId', id: await own(b!, 'mmmmm1') },
      { by: 'messageId', id: '<1@x>' },
      { by: 'subject', ticketNumber: 7 },
    ]);
  });

  test('[goals sec-28] a mark that is not ours leads nowhere', async () => {
    const forged = replyAddress('s@d.example', await makeToken(otherKey, id))!;
    const ownId = await makeMessageId(otherKey, {
      messageId: 'mmmmmm',
      token: await makeToken(key, id),
      domain: 'd',
    });
    expect(await matchOrder(mail({ to: [person(forged)], references: [ownId] }), { key })).toEqual([
      { by: 'messageId', id: ownId },
    ]);
    expect(await matchOrder(mail({}), { key })).toEqual([]);
  });
});
