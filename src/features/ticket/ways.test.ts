import { expect, test } from 'vitest';
import type { ReplyWays } from '../../convex/threads';
import { chosenWay, noMailOf, pausedWords, type Recipient, troubleOf, unheardOf, waysOf } from './ways';

const jo: Recipient = { address: 'jo@x.example', proof: 'claimed', unreachable: null, suppressed: null };
const address = (name: string, to: Recipient | null = jo) =>
  ({
    channelId: name,
    name,
    address: `${name}@acme.example`,
    to,
    cc: [],
    subject: '',
  }) as unknown as ReplyWays['addresses'][number];
const agentHolds = { holder: 'agent', operatorId: null, operatorName: null, epoch: 1, since: 0 } as const;
const asked = (channel: 'web' | 'email', customerChannelId?: string) =>
  ({
    customerChannel: channel,
    customerChannelId,
    control: agentHolds,
    agent: { _id: 'a', name: 'Robin' },
  }) as unknown as Parameters<typeof waysOf>[0];

test('[M6] beside a live chat mail needs no takeover, and says so', () => {
  const [own, byMail] = waysOf(asked('web'), {
    email: jo,
    addresses: [address('support')],
    chat: { isBlocked: false },
    paused: [],
  });
  expect(own).toMatchObject({ label: 'Web chat', because: 'As the customer last wrote.', isBeside: false });
  expect(byMail).toMatchObject({
    label: 'Email to jo@x.example from support@acme.example',
    because:
      'No takeover: Robin goes on in the web chat, answers what they mail back, too, and knows of this mail.',
    isBeside: true,
    byMail: { channelId: 'support' },
  });
});

test('[C6] where the customer writes by mail, mail is their own channel, by whichever address it goes', () => {
  const known = {
    email: jo,
    addresses: [address('support'), address('billing')],
    chat: { isBlocked: false },
    paused: [],
  };
  const ways = waysOf(asked('email', 'billing'), known);
  expect(ways.map(({ label, isBeside }) => [label, isBeside])).toEqual([
    ['Email to jo@x.example from billing@acme.example', false],
    ['Email to jo@x.example from support@acme.example', false],
  ]);
  expect(ways[0].byMail).toBeUndefined();
});

test('[C6] [M6] a chosen way that is not there now sends nothing, rather than by another, and says why', () => {
  const known = {
    email: jo,
    addresses: [address('support')],
    chat: { isBlocked: false },
    paused: [],
  };
  expect(chosenWay(asked('web'), known, 'support')).toMatchObject({ id: 'support', isBeside: true });
  expect(chosenWay(asked('web'), known, 'support').isBlocked).toBeUndefined();
  const blocked = (of: ReplyWays | undefined) => {
    const way = chosenWay(asked('web'), of, 'support');
    expect(way).toMatchObject({ id: 'support', isBeside: true, isBlocked: true });
    return way.because;
  };
  expect(blocked(undefined)).toMatch(/^Looking up/);
  const paused = [
    { channelId: 'support', address: 'support@acme.example' },
  ] as unknown as ReplyWays['paused'];
  expect(blocked({ email: jo, addresses: [], chat: { isBlocked: false }, paused })).toMatch(
    /^support@acme\.example is paused/,
  );
  expect(blocked({ email: jo, addresses: [], chat: { isBlocked: false }, paused: [] })).toMatch(
    /another way\.$/,
  );
  expect(
    blocked({
      email: null,
      addresses: [address('support', null)],
      chat: { isBlocked: false },
      paused: [],
    }),
  ).toMatch(/another way\.$/);
  // Their own channel is always there.
  expect(chosenWay(asked('web'), undefined, 'own').isBlocked).toBeUndefined();
});

test('[H5] with no address known it is said that a customer who has left is reached only when they come back', () => {
  const ways = waysOf(asked('web'), {
    email: null,
    addresses: [address('support', null)],
    chat: { isBlocked: false },
    paused: [],
  });
  expect(ways).toHaveLength(1);
  expect(ways[0].because).toContain('No email address is known');
  // Before it is known, nothing is said.
  expect(waysOf(asked('web'), undefined)[0].because).toBe('As the customer last wrote.');
});

test('[M6] what keeps mail from being a way is told apart', () => {
  expect(noMailOf(undefined)).toBeNull();
  expect(
    noMailOf({
      email: jo,
      addresses: [],
      chat: { isBlocked: false },
      paused: [],
    }),
  ).toBe('NO_MAIL_CHANNEL');
  expect(
    noMailOf({
      email: null,
      addresses: [address('support', null)],
      chat: { isBlocked: false },
      paused: [],
    }),
  ).toBe('NO_EMAIL_ADDRESS');
  expect(
    noMailOf({
      email: jo,
      addresses: [address('support')],
      chat: { isBlocked: false },
      paused: [],
    }),
  ).toBeNull();
});

test('[M6] a paused address is not one that the team has not: it is said that what is sent waits', () => {
  const paused = [{ channelId: 'help', address: 'help@acme.example' }] as unknown as ReplyWays['paused'];
  const known = { email: jo, addresses: [], chat: { isBlocked: false }, paused };
  expect(noMailOf(known)).toBe('PAUSED');
  expect(pausedWords(known)).toBe('help@acme.example is paused: no mail leaves.');
  const waits = 'help@acme.example is paused: what is sent waits until it is open again.';
  expect(waysOf(asked('email', 'help'), known)[0].because).toBe(waits);
  expect(waysOf(asked('web'), known)[0].because).toBe('As the customer last wrote.');
});

test('[M4] an address that mail comes back from says why', () => {
  expect(troubleOf(jo)).toBeNull();
  expect(troubleOf({ ...jo, unreachable: 'No such mailbox' })).toBe('Mail to it comes back: No such mailbox');
  expect(troubleOf({ ...jo, suppressed: { reason: 'complained', since: 0 } })).toBe(
    'Mail to it was marked as spam.',
  );
  expect(troubleOf({ ...jo, unreachable: 'x', suppressed: { reason: 'blocked', since: 0 } })).toBe(
    'This sender is blocked: no mail from it is taken in.',
  );
  expect(troubleOf({ ...jo, suppressed: { reason: 'blocked', since: 0, isSpam: true } })).toBe(
    'This sender is marked as spam: what they mail is kept, and starts nothing.',
  );
});

test('[M4] who is not heard is answered by nobody, and that is said; in a chat they are heard', () => {
  const blocked: Recipient = { ...jo, suppressed: { reason: 'blocked', since: 0 } };
  const spam: Recipient = { ...jo, suppressed: { reason: 'blocked', since: 0, isSpam: true } };
  expect(unheardOf(asked('email'), jo)).toBeNull();
  expect(unheardOf(asked('email'), null)).toBeNull();
  expect(unheardOf(asked('email'), { ...jo, suppressed: { reason: 'bounced', since: 0 } })).toBeNull();
  expect(unheardOf(asked('email'), blocked)).toBe('Its sender is blocked');
  expect(unheardOf(asked('email'), spam)).toBe('Its sender is marked as spam');
  expect(unheardOf(asked('web'), blocked)).toBeNull();
});
