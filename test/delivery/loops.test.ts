/**
 * Programs that answer each other come to an end by rule, without anybody who notices (docs/rules.md M4): two desks whose
 * agents answer, and a desk with a program outside that says by no header what it is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readShared, readThread } from '../../convex/readShared.setup.ts';
import type { LocalResend } from '../../providers/resend/start.ts';
import { headerOf } from '../journeys/mailDesk.ts';
import { type MailDesk, startMailDesk } from './mailDesk.ts';

interface Party extends MailDesk {
  /** What it writes from, where mail for it arrives. */
  address: string;
}

const parties: Party[] = [];

async function open(name: string): Promise<Party> {
  const domain = `${name}.example`;
  const domains = [
    { name: domain, receiving: true },
    { name: `in.${domain}`, receiving: true },
  ];
  const mailDesk = await startMailDesk({ ratePerSecond: 1_000, domains }, domain);
  const party = { ...mailDesk, address: `support@${domain}` };
  parties.push(party);
  await party.operator.mutation(api.members.heartbeat, { teamId: party.teamId, sessionId: 's', idleMs: 0 });
  return party;
}

let acme: Party;
let beta: Party;

beforeAll(async () => {
  acme = await open('acme');
  beta = await open('beta');
}, 120_000);

afterAll(async () => {
  for (const { stop } of parties) await stop();
});

/** What stands in the thread of a ticket, for those who look. */
async function thread({ operator, teamId }: Party, number: number) {
  const ticket = await readShared(operator, api.tickets.get, { teamId, number });
  if (ticket === null) return null;
  const { conversationId } = ticket.ticket;
  return { ...ticket, conversationId, entries: await readThread(operator, { teamId, conversationId }) };
}

const eventsOf = async (party: Party, number: number) =>
  (await thread(party, number))?.entries.flatMap(({ event }) => event ?? []) ?? [];

/** Mails that left for an address, or for where it takes answers in, however many more were written. */
const sentTo = ({ resend }: Party, address: string) =>
  resend.log.accepted.filter(({ body }) => body.to.some((to) => deskOf(to.address) === address)).length;

/** `box+tag@in.domain` takes in the answers to `box@domain`. */
const deskOf = (address: string) => address.replace(/\+[^@]*@in\./, '@');

/** Nothing more leaves while everything that is under way comes to its end, twice. */
async function quiet(count: () => number): Promise<void> {
  for (let calm = 0; calm < 3;) {
    const before = count();
    await Promise.all(parties.map(({ resend }) => resend.settled()));
    await sleep(700);
    calm = count() === before ? calm + 1 : 0;
  }
}

/**
 * Calls `bring` for each mail that arrives at an address outside of this desk's provider. What is brought on says nowhere that
 * nobody wrote it: neither a program that keeps to no rule nor some servers on the way leave a header that does.
 */
function watch({ resend }: Party, address: string, bring: (mail: Arrived) => Promise<unknown>): () => void {
  let seen = 0;
  const timer = setInterval(() => {
    const mails = resend.mailbox(address);
    for (let at = seen; at < mails.length; at++) {
      if (mails[at]!.direction === 'received')
        void resend.mails(address).then((read) => bring({ ...read[at]!, at }));
    }
    seen = mails.length;
  }, 20);
  return () => clearInterval(timer);
}
type Arrived = Awaited<ReturnType<LocalResend['mails']>>[number] & { at: number };

const referencesOf = (mail: Arrived) => headerOf(mail, 'references').split(/\s+/);
const question = 'How long does shipping take?';

test('[M4] [goals sec-28] a program that answers at once and does not say so is answered three times, and then a person looks', async () => {
  const robot = 'robot@customer.example';
  const stop = watch(acme, robot, ({ at, subject, messageId, replyTo }) =>
    acme.resend.receive({
      from: robot,
      to: replyTo[0]!,
      subject: `Re: ${subject}`,
      text: `We have received your message ${at}. ${question}`,
      inReplyTo: messageId,
      references: [messageId],
    }),
  );
  try {
    await acme.resend.receive({ from: robot, to: acme.address, text: question });
    await expect
      .poll(async () => (await eventsOf(acme, 1)).map(({ type }) => type), { timeout: 60_000 })
      .toContain('loopBroken');
    await quiet(() => sentTo(acme, robot));
  } finally {
    stop();
  }
  expect(sentTo(acme, robot)).toBeLessThanOrEqual(3);
  expect(await eventsOf(acme, 1)).toContainEqual(
    expect.objectContaining({ type: 'loopBroken', address: robot }),
  );
}, 90_000);

test('[M4] two desks whose marks were taken away on the way end within three mails of each, and the thread says why', async () => {
  const bringTo = (to: Party, from: Party) => (mail: Arrived) =>
    to.resend.receive({
      from: from.address,
      to: to.address,
      subject: mail.subject,
      text: `${mail.at}. ${question}`,
      messageId: mail.messageId,
      references: referencesOf(mail),
    });
  const stops = [
    watch(acme, beta.address, bringTo(beta, acme)),
    watch(beta, acme.address, bringTo(acme, beta)),
  ];
  try {
    await acme.resend.receive({ from: beta.address, to: acme.address, text: question });
    await expect
      .poll(async () => (await eventsOf(acme, 2)).map(({ type }) => type), { timeout: 60_000 })
      .toContain('loopBroken');
    await quiet(() => sentTo(acme, beta.address) + sentTo(beta, acme.address));
  } finally {
    for (const stop of stops) stop();
  }
  expect(sentTo(acme, beta.address)).toBe(3);
  expect(sentTo(beta, acme.address)).toBe(3);
}, 90_000);

test('[M4] two desks with agents that answer: what one’s agent says starts nothing at the other, whose thread says why', async () => {
  acme.resend.connect(beta.resend);
  const before = { ours: sentTo(acme, beta.address), theirs: sentTo(beta, acme.address) };
  await beta.operator.mutation(api.members.setStatus, { teamId: beta.teamId, status: 'online' });
  // A person of theirs writes from their own program, and is answered by a person of ours.
  await acme.resend.receive({ from: beta.address, to: acme.address, text: 'Let me talk to a person.' });
  await expect.poll(async () => (await thread(acme, 3)) !== null, { timeout: 30_000 }).toBe(true);
  const { conversationId, entries } = (await thread(acme, 3))!;
  const { teamId, operator } = acme;
  await operator.mutation(api.messages.takeOverAndSend, {
    teamId,
    conversationId,
    text: question,
    clientMessageId: 'by hand',
    seenThrough: entries.at(-1)!.sequence,
  });
  await expect
    .poll(async () => (await eventsOf(acme, 3)).find(({ type }) => type === 'automaticMail'), {
      timeout: 60_000,
    })
    .toMatchObject({ from: beta.address, why: 'ownLoop' });
  await quiet(() => sentTo(acme, beta.address) + sentTo(beta, acme.address));
  // The line that a person will answer, and what the person wrote; one answer of theirs.
  expect(sentTo(acme, beta.address) - before.ours).toBe(2);
  expect(sentTo(beta, acme.address) - before.theirs).toBe(1);
}, 90_000);
