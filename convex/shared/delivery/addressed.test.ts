import { expect, test } from 'vitest';
import { isForAnother } from './addressed';

const channels = {
  own: ['support@shop.example', 'help@in.shop.example'],
  others: ['money@shop.example', 'billing@in.shop.example'],
};

test.each([
  ['another address alone', ['billing@in.shop.example'], true],
  ['another address, with the tag of a thread', ['Billing+c-1a2b@in.shop.example'], true],
  ['its own, with a tag', ['help+c-1a2b@in.shop.example'], false],
  ['where customers write to another', ['Money@shop.example'], true],
  ['where customers write to it', ['support@shop.example'], false],
  ['one of its own and one of another', ['money@shop.example', 'help+c-1@in.shop.example'], false],
  ['both', ['help@in.shop.example', 'billing@in.shop.example'], false],
  ['none that is connected', ['sales@in.shop.example'], false],
  ['nobody, where the provider does not tell', [], false],
])('[M1] a mail for %s', (_what, receivedFor, expected) => {
  expect(isForAnother(receivedFor, channels)).toBe(expected);
});
