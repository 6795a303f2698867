/** Rules M3, M4: what comes by way of the team's own addresses has a person behind it, or nobody. */
import { expect, test } from 'vitest';
import { parseMail } from './parseMail';

const own = ['help@shop.test', 'r-help@in.shop.test'];
const read = (...headers: string[]) =>
  parseMail(`${headers.join('\r\n')}\r\nTo: help@shop.test\r\nSubject: Where is it?\r\n\r\nHello`, {
    ownAddresses: own,
    trustedHost: 'in.test',
  });
const vouched = (domain: string) => `Authentication-Results: in.test; dmarc=pass header.from=${domain}`;
const group = ['List-ID: <help.shop.test>', 'Precedence: list', 'List-Unsubscribe: <https://groups.test>'];

test.each([
  [
    'a group that writes under its own name',
    [
      vouched('shop.test'),
      "From: 'Jo' via Help <help@shop.test>",
      'Reply-To: Jo <jo@customer.test>',
      'X-Original-Sender: jo@customer.test',
      'X-Original-From: Jo <jo@customer.test>',
      ...group,
    ],
    { address: 'jo@customer.test', name: 'Jo' },
    'none',
  ],
  [
    'a group that names the sender alone',
    ["From: 'Jo' via Help <help@shop.test>", 'X-Original-Sender: jo@customer.test', ...group],
    { address: 'jo@customer.test', name: '' },
    'none',
  ],
  [
    'a group that leaves the sender as they are',
    [vouched('customer.test'), 'From: Jo <jo@customer.test>', ...group],
    { address: 'jo@customer.test', name: 'Jo' },
    'pass',
  ],
  [
    'a form that writes as the team',
    [vouched('shop.test'), 'From: Shop <help@shop.test>', 'Reply-To: Jo <jo@customer.test>'],
    { address: 'jo@customer.test', name: 'Jo' },
    'none',
  ],
])('[M3] [M4] %s is from whom it names', async (_what, headers, from, dmarc) => {
  expect(await read(...headers)).toMatchObject({ from, dmarc, automatic: null, answersTo: null });
});

test.each([
  ['what we wrote, back by a group', ['From: help@shop.test', 'X-Original-Sender: help@shop.test', ...group]],
  [
    'what we wrote with answers to elsewhere, back by a group',
    ['From: help@shop.test', 'X-Original-Sender: help@shop.test', 'Reply-To: jo@customer.test', ...group],
  ],
  ['what we wrote', ['From: help@shop.test', 'Reply-To: r-help+c-1@in.shop.test']],
  ['our own with nobody behind it', ['From: help@shop.test']],
  ['what takes no answers behind it', ['From: help@shop.test', 'Reply-To: noreply@other.test']],
])('[M4] %s is a loop', async (_what, headers) => {
  expect((await read(...headers)).automatic).toMatchObject({ kind: 'loop' });
});

test.each([
  ['a list of somebody else', ['From: jo@customer.test', 'List-ID: <news.other.test>'], 'list'],
  [
    'an absence, by our group',
    ['From: jo@customer.test', 'Auto-Submitted: auto-replied', ...group],
    'autoReply',
  ],
  [
    'a newsletter, by our group',
    ['From: jo@customer.test', 'List-ID: <help.shop.test>', 'Precedence: bulk'],
    'list',
  ],
  [
    'who takes no answers, by our group',
    ['From: help@shop.test', 'X-Original-Sender: noreply@other.test', ...group],
    'autoReply',
  ],
])('[M4] %s is automatic', async (_what, headers, kind) => {
  expect((await read(...headers)).automatic).toMatchObject({ kind });
});
