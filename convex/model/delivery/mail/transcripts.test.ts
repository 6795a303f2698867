/// <reference types="vite/client" />
import { beforeEach, expect, test } from 'vitest';
import { makeSealingKey } from '../../../../scripts/authKeys';
import { api } from '../../../_generated/api';
import { type OpenDesk, openDesk, refused } from '../../../desk.setup';
import { customerIdentity } from '../../../test.setup';
import { appendEntry } from '../../conversation/entries';
import { textsOf } from './deskMails';

beforeEach(() => {
  process.env.SEALING_KEY = makeSealingKey();
});

async function openChat(desk: OpenDesk, provenEmail?: string) {
  const { t, teamId, agentId, customerId, conversationId } = desk;
  const sessionId = await t.run(async (ctx) => {
    const channel = { teamId, kind: 'web' as const, name: 'Shop', agentId, publicId: 'shop', active: true };
    const channelId = await ctx.db.insert('channels', { ...channel, look: { name: 'Blue Shop' } });
    const session = { teamId, channelId, customerId, conversationId, tokenHash: 'x', provenEmail };
    return ctx.db.insert('customerSessions', { ...session, expiresAt: Date.now() + 1e9 });
  });
  const chat = t.withIdentity(customerIdentity(sessionId));
  const ask = (email?: string, language: 'en' | 'de' = 'en') =>
    chat.mutation(api.web.mailTranscript, { language, ...(email !== undefined && { email }) });
  const mails = async () => {
    const found = await t.run((ctx) => ctx.db.query('deskMails').collect());
    return Promise.all(found.map(async (mail) => ({ ...mail, ...(await textsOf(mail)) })));
  };
  return { ask, mails };
}

test('[M9] a conversation goes to the address this browser has proven, in its language, with nothing of the team or of mail', async () => {
  const desk = await openDesk();
  const { ask, mails } = await openChat(desk, 'carla@example.com');
  await desk.customerWrites('Where is my order?');
  await desk.agentAnswers('In the post.');
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'It comes <today>.');
  await desk.ana.as.mutation(api.messages.note, {
    teamId: desk.teamId,
    conversationId: desk.conversationId,
    text: 'A secret note',
    clientMessageId: 'n',
  });
  await desk.inCase((ctx, opened) =>
    appendEntry(ctx, opened, {
      kind: 'message',
      audience: 'everyone',
      author: { kind: 'operator', memberId: desk.ana.memberId },
      channel: 'email',
      text: 'A secret mail',
    }),
  );
  await desk.inCase((ctx, opened) =>
    appendEntry(ctx, opened, {
      kind: 'message',
      audience: 'everyone',
      author: { kind: 'agent', agentId: desk.agentId },
      channel: 'web',
      text: 'What never left',
      neverSent: true,
    }),
  );
  expect(await ask(undefined, 'de')).toEqual({ outcome: 'mailed', address: 'carla@example.com' });
  const [mail] = await mails();
  expect(mail).toMatchObject({
    to: 'carla@example.com',
    kind: 'transcript',
    subject: 'Ihr Gespräch mit Blue Shop',
  });
  for (const said of [
    'Where is my order?',
    'In the post.',
    'It comes <today>.',
    'Sie, ',
    'Ana, ',
    'Robin, ',
    'UTC',
  ])
    expect(mail!.text).toContain(said);
  expect(mail!.html).toContain('It comes &lt;today&gt;.');
  for (const text of [mail!.text, mail!.html]) expect(text).not.toMatch(/secret|never left/);
});

test('[M9] to an address that is only claimed goes a link, and not one word of what was said', async () => {
  const desk = await openDesk();
  const { ask, mails } = await openChat(desk);
  await desk.customerWrites('My card number is 12');
  await desk.t.run((ctx) => ctx.db.patch(desk.customerId, { email: 'claimed@example.com' }));
  expect(await ask()).toEqual({ outcome: 'noAddress' });
  expect(await mails()).toEqual([]);
  expect(await ask(' Carla@Example.com ')).toEqual({ outcome: 'linked', address: 'carla@example.com' });
  const [mail] = await mails();
  expect(mail!.kind).toBe('transcriptLink');
  expect(mail!.text).toContain('#mail=');
  expect(mail!.text).not.toContain('card');
  expect(mail!.text).not.toContain('Carla');
  expect(await refused(ask('nobody at all'))).toMatchObject({ code: 'INVALID_INPUT' });
});

test('[E4] nobody is mailed more than a few of them, from whichever chat it is asked', async () => {
  const desk = await openDesk();
  const { ask, mails } = await openChat(desk, 'carla@example.com');
  await desk.customerWrites('Hello');
  for (let n = 0; n < 5; n++) await ask();
  expect(await refused(ask())).toMatchObject({ code: 'RATE_LIMITED' });
  expect(await mails()).toHaveLength(5);
  const [window] = await desk.t.run((ctx) => ctx.db.query('requestWindows').collect());
  expect(JSON.stringify(window)).not.toContain('carla');
});

test('[M4] where mail came back none goes, and whoever asks is not told so', async () => {
  const desk = await openDesk();
  const { ask, mails } = await openChat(desk);
  await desk.customerWrites('Hello');
  const { teamId } = desk;
  await desk.t.run((ctx) =>
    ctx.db.insert('mailSuppressions', { teamId, address: 'gone@example.com', reason: 'bounced', since: 0 }),
  );
  expect(await ask('gone@example.com')).toEqual({ outcome: 'linked', address: 'gone@example.com' });
  expect(await mails()).toEqual([]);
});

test('[E4] a long conversation is mailed from its newest end, and says that it begins earlier', async () => {
  const desk = await openDesk();
  const { ask, mails } = await openChat(desk, 'carla@example.com');
  const long = 'x'.repeat(19_000);
  for (let n = 1; n <= 12; n++) await desk.customerWrites(`Message ${n}. ${long}`);
  await ask();
  const [mail] = await mails();
  expect(mail!.text).toContain('Message 12.');
  expect(mail!.text).not.toContain('Message 1.');
  expect(mail!.text).toContain('left out');
  expect(mail!.text.length).toBeLessThan(220_000);
});
