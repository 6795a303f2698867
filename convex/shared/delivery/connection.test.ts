import { describe, expect, test } from 'vitest';
import { checkDomain, neededDomains, suggestReplyAddress } from './connection';

const record = (record: string, status = 'verified') => ({
  record,
  type: record === 'Receiving' ? 'MX' : 'TXT',
  name: 'send',
  value: 'v',
  status,
});
const verified = {
  name: 'shop.example',
  status: 'verified',
  capabilities: { sending: 'enabled', receiving: 'enabled' },
};
const sends = { name: 'shop.example', sends: true, receives: false };
const receives = { name: 'shop.example', sends: false, receives: true };

describe('what a check finds of a domain', () => {
  test('each domain is looked at once, for what the address needs of it', () => {
    expect(neededDomains({ address: 'a@shop.example', replyAddress: 'a@in.shop.example' })).toEqual([
      sends,
      { ...receives, name: 'in.shop.example' },
    ]);
    expect(neededDomains({ address: 'a@shop.example', replyAddress: 'b@shop.example' })).toEqual([
      { name: 'shop.example', sends: true, receives: true },
    ]);
  });

  test('one that the provider does not have is absent', () => {
    expect(checkDomain(sends, undefined, [])).toMatchObject({ state: 'absent', records: [] });
  });

  test('one that is verified for sending does not receive before its MX record is found', () => {
    const records = [record('SPF'), record('DKIM'), record('Receiving', 'pending'), record('Tracking')];
    expect(checkDomain(sends, verified, records)).toMatchObject({
      state: 'ready',
      records: [{ isFound: true }, { isFound: true }],
    });
    expect(checkDomain(receives, verified, records)).toMatchObject({
      state: 'waiting',
      records: [{ type: 'MX', isFound: false, priority: null }],
    });
  });

  test('one that may not do what it is needed for is off, verified or not', () => {
    const noReceiving = { ...verified, capabilities: { sending: 'enabled', receiving: 'disabled' } };
    expect(checkDomain(receives, noReceiving, []).state).toBe('off');
    expect(checkDomain(sends, noReceiving, []).state).toBe('ready');
    expect(checkDomain(sends, { ...verified, status: 'pending' }, []).state).toBe('waiting');
  });
});

test('answers are suggested to come in at a part of the domain, so that its other mail stays', () => {
  expect(suggestReplyAddress('help@shop.example')).toBe('help@in.shop.example');
  expect(suggestReplyAddress('help@in.shop.example')).toBe('help@in.shop.example');
  expect(suggestReplyAddress('help')).toBe('');
});
