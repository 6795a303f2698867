/** Mails as the team reads them, and what a web page shows of them (docs/rules.md M3 to M6, M9). */
import { beforeAll, describe, expect, test } from 'vitest';
import { makeAuthKeys, makeSealingKey } from '../scripts/authKeys';
import { api } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import { acceptMail } from './model/delivery/mail/accept';
import { readPages, readerOf, readShared } from './readShared.setup';
import type { ReceivedMail } from './shared/delivery/receivedMail';
import { storedType } from './shared/kit/limits';
import { createTeam, customerIdentity, refusal, setupTest, transact } from './test.setup';

beforeAll(() => {
  Object.assign(process.env, makeAuthKeys(), { AUTH_LOG_LEVEL: 'ERROR', SEALING_KEY: makeSealingKey() });
});

const victim = 'jo@customer.example';

async function open() {
  const t = setupTest();
  const team = await createTeam(t);
  const { teamId, agentId, channelId: chatId, operator } = team;
  const addAddress = (address: string) =>
    t.run((ctx) =>
      ctx.db.insert('channels', {
        teamId,
        kind: 'email',
        name: address,
        agentId,
        publicId: address,
        active: true,
        mail: { address, senderName: '', replyAddress: `in-${address}` },
      }),
    );
  const addressId = await addAddress('support@acme.example');
  const receive = (mail: Partial<ReceivedMail>) =>
    transact(t, async (ctx) =>
      acceptMail(ctx, (await ctx.db.get(addressId)) as Doc<'channels'>, {
        providerId: crypto.randomUUID(),
        messageId: `<${crypto.randomUUID()}@customer.example>`,
        inReplyTo: [],
        references: [],
        from: { address: victim, name: 'Jo' },
        to: [{ address: 'in-support@acme.example', name: '' }],
        cc: [],
        subject: 'Returns',
        ownAddresses: ['in-support@acme.example'],
        text: 'How long can I return things?',
        dmarc: 'pass',
        automatic: null,
        cameBack: [],
        files: [],
        candidates: [],
        ...mail,
      }),
    );
  const chat = async (provenEmail?: string) => {
    const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId }));
    const expiresAt = Date.now() + 3_600_000;
    const tokenHash = crypto.randomUUID();
    const session = { teamId, channelId: chatId, customerId, tokenHash, expiresAt };
    const id = await t.run((ctx) =>
      ctx.db.insert('customerSessions', { ...session, ...(provenEmail !== undefined && { provenEmail }) }),
    );
    const as = t.withIdentity(customerIdentity(id));
    await as.mutation(api.web.send, { text: 'Hello', clientMessageId: 'first' });
    const { conversationId } = (await t.run((ctx) => ctx.db.get(id)))!;
    const read = async () => {
      const { page } = await as.query(api.web.entries, { paginationOpts: { numItems: 50, cursor: null } });
      return page.toReversed().map(({ text }) => text);
    };
    return { as, id, conversationId: conversationId!, read };
  };
  const waysOf = (conversationId: Id<'conversations'>) =>
    readShared(operator.as, api.conversations.replyWays, { teamId, conversationId });
  const entriesOf = (conversationId: Id<'conversations'>) =>
    readPages(readerOf(operator.as, teamId), conversationId);
  const replyByMail = async (conversationId: Id<'conversations'>, text: string) => {
    const { lastSequence } = await readShared(operator.as, api.conversations.head, {
      teamId,
      conversationId,
    });
    const message = { teamId, conversationId, text, clientMessageId: crypto.randomUUID() };
    return operator.as.mutation(api.messages.reply, {
      ...message,
      epoch: 1,
      seenThrough: lastSequence,
      byMail: {},
    });
  };
  return { t, ...team, addressId, addAddress, receive, chat, waysOf, entriesOf, replyByMail };
}

describe('the ways there are', () => {
  test('[M6] without an address of the customer, and without one of the team, there is none by mail', async () => {
    const { t, chat, waysOf, addressId, teamId, operator } = await open();
    const { as, conversationId } = await chat();
    expect(await waysOf(conversationId)).toMatchObject({
      email: null,
      addresses: [{ address: 'support@acme.example', to: null }],
    });
    const reply = { teamId, conversationId, text: 'Hi', clientMessageId: 'a', epoch: 1, seenThrough: 1 };
    const send = () => refusal(operator.as.mutation(api.messages.reply, { ...reply, byMail: {} }));
    expect(await send()).toBe('NO_EMAIL_ADDRESS');
    await as.mutation(api.web.leaveEmail, { email: victim });
    expect(await waysOf(conversationId)).toMatchObject({ email: { address: victim, proof: 'claimed' } });
    await t.run((ctx) => ctx.db.patch(addressId, { active: false }));
    expect(await waysOf(conversationId)).toMatchObject({
      addresses: [],
      paused: [{ channelId: addressId, address: 'support@acme.example' }],
    });
    expect(await send()).toBe('NO_MAIL_CHANNEL');
  });

  test('[M3] [M9] where answers go since a mail is shown with it, and is no more known than it was said', async () => {
    const { receive, waysOf, entriesOf } = await open();
    const form = { address: 'noreply@acme.example', name: 'Form' };
    const { conversationId } = await receive({ from: form, answersTo: 'ann@people.example' });
    const [entry] = await entriesOf(conversationId!);
    expect(entry!.mail).toMatchObject({ from: form, sender: 'claimed', answersTo: 'ann@people.example' });
    const ann = { address: 'ann@people.example', proof: 'claimed' };
    expect(await waysOf(conversationId!)).toMatchObject({ email: ann, addresses: [{ to: ann }] });
    const plain = await receive({});
    const [other] = await entriesOf(plain.conversationId!);
    expect(other!.mail!.answersTo).toBeUndefined();
  });

  test('[M6] [M9] the one it is with already comes first, with its proof and who reads along', async () => {
    const { receive, waysOf, addAddress } = await open();
    const { conversationId } = await receive({ cc: [{ address: 'boss@customer.example', name: '' }] });
    await addAddress('billing@acme.example');
    const { email, addresses } = await waysOf(conversationId!);
    expect(email).toEqual({ address: victim, proof: 'provider', unreachable: null, suppressed: null });
    expect(addresses).toMatchObject([
      {
        address: 'support@acme.example',
        to: { address: victim },
        cc: ['boss@customer.example'],
        subject: 'Returns',
      },
      { address: 'billing@acme.example', to: { address: victim }, cc: [], subject: '' },
    ]);
  });
});

test('[M6] [M9] an address that was corrected before anybody wrote from it is where the next mail goes; then the thread stays', async () => {
  const { t, chat, waysOf, replyByMail } = await open();
  const { as, conversationId } = await chat();
  await as.mutation(api.web.leaveEmail, { email: victim });
  await replyByMail(conversationId, 'Hello');
  await as.mutation(api.web.leaveEmail, { email: 'new@customer.example' });
  const { email, addresses } = await waysOf(conversationId);
  const right = 'new@customer.example';
  expect([email?.address, addresses[0]?.to?.address]).toEqual([right, right]);
  await replyByMail(conversationId, 'Hello again');
  const threads = () => t.run((ctx) => ctx.db.query('mailThreads').collect());
  expect((await threads()).map(({ to }) => to)).toEqual([right]);
  await t.run(async (ctx) => {
    const [thread] = await ctx.db.query('mailThreads').collect();
    await ctx.db.patch(thread!._id, { lastMessageId: '<one@customer.example>' });
  });
  await as.mutation(api.web.leaveEmail, { email: victim });
  expect((await waysOf(conversationId)).addresses[0]?.to?.address).toBe(right);
});

describe('what the thread shows of a mail', () => {
  test('[M3] [M9] a mail names its subject and its sender; a stranger in the thread is marked', async () => {
    const { receive, entriesOf } = await open();
    const { conversationId } = await receive({ date: 5 });
    const candidates = [{ by: 'address' as const, conversationId: conversationId! }];
    await receive({ from: { address: 'eve@other.example', name: 'Eve' }, candidates, dmarc: 'pass' });
    await receive({ candidates, dmarc: 'none', text: 'It is me, Jo' });
    const mails = (await entriesOf(conversationId!)).flatMap(({ mail }) => mail ?? []);
    expect(mails).toMatchObject([
      { subject: 'Returns', sender: 'proven', date: 5, hasWhole: false, hasHtml: false },
      { from: { address: 'eve@other.example', name: 'Eve' }, sender: 'foreign' },
      { from: { address: victim }, sender: 'claimed' },
    ]);
  });

  test('[M5] what is folded and the HTML are read by who may read the conversation, and by nobody else', async () => {
    const { t, receive, operator, teamId } = await open();
    const html = '<script>alert(1)</script><p>How long?</p>';
    const htmlFileId = await t.run((ctx) => ctx.storage.store(new Blob([html])));
    const whole = 'How long?\n> an older mail';
    const quotedAt = [{ start: 10, end: 25 }];
    const picture = async (contentType: string, contentId?: string) => {
      const storageId = await t.run(async (ctx) => {
        const id = await ctx.storage.store(new Blob([contentType]));
        // The double forgets what an upload says of itself.
        await ctx.db.patch(id as never, { contentType: storedType } as never);
        return id;
      });
      return { storageId, name: 'a', contentType, ...(contentId !== undefined && { contentId }) };
    };
    const files = [
      await picture('image/png', 'logo@customer.example'),
      await picture('image/svg+xml', 'active@customer.example'),
      await picture('image/png'),
    ];
    const { entryId } = await receive({ text: 'How long?', whole, quotedAt, htmlFileId, files });
    const asked = { teamId, entryId: entryId! };
    expect(await operator.as.action(api.mails.read, { ...asked, part: 'whole' })).toEqual({
      text: whole,
      quotedAt,
      pictures: [],
    });
    expect(await operator.as.action(api.mails.read, { ...asked, part: 'html' })).toEqual({
      text: html,
      quotedAt: [],
      pictures: [
        {
          contentId: 'logo@customer.example',
          contentType: 'image/png',
          bytes: await new Blob(['image/png']).arrayBuffer(),
        },
      ],
    });
    const other = await createTeam(t, 'Red Shop');
    const foreign = { teamId: other.teamId, entryId: entryId!, part: 'html' as const };
    expect(await refusal(other.operator.as.action(api.mails.read, foreign))).toBe('NOT_FOUND');
  });
});

describe('an address that an operator notes', () => {
  test('[M6] [M9] [R3] is claimed, can be put right, opens the way by mail, and is on record', async () => {
    const { t, chat, waysOf, entriesOf, operator, teamId } = await open();
    const { conversationId } = await chat();
    const note = (address: string) =>
      operator.as.mutation(api.mails.noteAddress, { teamId, conversationId, address });
    for (const wrong of ['uma', 'support@acme.example', 'In-Support+tag@acme.example'])
      expect([wrong, await refusal(note(wrong))]).toEqual([wrong, 'INVALID_INPUT']);
    expect((await waysOf(conversationId)).email).toBeNull();
    await note('uma@visitor.exampel');
    await note(' Uma@visitor.example ');
    expect((await waysOf(conversationId)).email).toMatchObject({
      address: 'uma@visitor.example',
      proof: 'claimed',
    });
    // Who gave no name is called by it, in the thread as in the list.
    expect((await entriesOf(conversationId))[0]).toMatchObject({ authorName: 'uma@visitor.example' });
    const log = await t.run((ctx) => ctx.db.query('auditLog').collect());
    expect(log.filter(({ action }) => action === 'customer.addressNoted')).toHaveLength(2);
    expect(JSON.stringify(log)).not.toContain('visitor');
    const other = await createTeam(t, 'Red Shop');
    const foreign = { teamId: other.teamId, conversationId, address: 'uma@visitor.example' };
    expect(await refusal(other.operator.as.mutation(api.mails.noteAddress, foreign))).toBe('NOT_FOUND');
  });
});

describe('who is heard and written to', () => {
  test('[M4] [R3] nothing of a blocked sender is taken in until they are let in again; both are on record', async () => {
    const { t, receive, waysOf, operator, owner, teamId } = await open();
    const { conversationId } = await receive({});
    const of = { teamId, conversationId: conversationId!, address: victim };
    await operator.as.mutation(api.tickets.takeOverConversation, { teamId, conversationId: conversationId! });
    await operator.as.mutation(api.mails.block, of);
    expect(await receive({ text: 'Again' })).toEqual({ state: 'ignored' });
    expect((await waysOf(conversationId!)).email).toMatchObject({ suppressed: { reason: 'blocked' } });
    await operator.as.mutation(api.mails.lift, of);
    expect(await receive({ text: 'And again' })).toMatchObject({ state: 'done' });
    expect((await waysOf(conversationId!)).email).toMatchObject({ suppressed: null });
    const log = await t.run((ctx) => ctx.db.query('auditLog').collect());
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['sender.blocked', 'address.lifted']),
    );
    expect(JSON.stringify(log)).not.toContain(victim);
    // Whom it was about is looked up, as long as they are known.
    const read = async () => {
      const asked = { teamId, paginationOpts: { numItems: 10, cursor: null } };
      const { page } = await owner.as.query(api.audit.list, asked);
      return page.filter(({ action }) => /^(sender|address)\./.test(action));
    };
    const about = { actorMemberId: operator.memberId, address: victim, subjectName: '#1' };
    expect(await read()).toMatchObject([about, about]);
    await t.run(async (ctx) => {
      for (const { _id } of await ctx.db.query('customerIdentities').collect()) await ctx.db.delete(_id);
    });
    expect(JSON.stringify(await read())).not.toContain(victim);
    expect(await read()).toMatchObject([{ subjectName: '#1' }, { subjectName: '#1' }]);
    const stranger = { ...of, address: 'nobody@other.example' };
    expect(await refusal(operator.as.mutation(api.mails.block, stranger))).toBe('INVALID_INPUT');
  });

  test('[M4] an address from which mail came back is tried again when somebody says so', async () => {
    const { t, receive, waysOf, operator, teamId } = await open();
    const { conversationId } = await receive({});
    await t.run(async (ctx) => {
      const identity = (await ctx.db.query('customerIdentities').first())!;
      await ctx.db.patch(identity._id, { unreachable: 'No such mailbox' });
      const since = Date.now();
      await ctx.db.insert('mailSuppressions', { teamId, address: victim, reason: 'bounced', since });
    });
    expect((await waysOf(conversationId!)).email).toMatchObject({
      unreachable: 'No such mailbox',
      suppressed: { reason: 'bounced' },
    });
    await operator.as.mutation(api.mails.lift, { teamId, conversationId: conversationId!, address: victim });
    expect((await waysOf(conversationId!)).email).toMatchObject({ unreachable: null, suppressed: null });
  });
});

describe('what a web page shows of mail', () => {
  test('[M9] a stranger who types the address of somebody else into a chat sees neither reply', async () => {
    const { receive, chat, replyByMail } = await open();
    await receive({ text: 'My order is 48213' });
    const stranger = await chat();
    await stranger.as.mutation(api.web.leaveEmail, { email: victim });
    expect(await replyByMail(stranger.conversationId, 'Your order 48213 is on its way')).toHaveProperty(
      'sent',
    );
    await receive({
      text: 'Which order? I asked nothing.',
      candidates: [{ by: 'address', conversationId: stranger.conversationId }],
    });
    expect(await stranger.read()).toEqual(['Hello', 'Answered by email.', 'Written by email.']);
  });

  test('[M9] whoever has opened the link in a mail to that address sees all of it', async () => {
    const { t, receive, chat, replyByMail } = await open();
    const customer = await chat();
    await customer.as.mutation(api.web.leaveEmail, { email: victim });
    await replyByMail(customer.conversationId, 'It is on its way');
    expect(await customer.read()).toEqual(['Hello', 'Answered by email.']);
    await t.run((ctx) => ctx.db.patch(customer.id, { provenEmail: victim }));
    await receive({
      text: 'Thank you',
      candidates: [{ by: 'address', conversationId: customer.conversationId }],
    });
    expect(await customer.read()).toEqual(['Hello', 'It is on its way', 'Thank you']);
    await t.run((ctx) => ctx.db.patch(customer.id, { provenEmail: 'eve@other.example' }));
    expect(await customer.read()).toEqual(['Hello', 'Answered by email.', 'Written by email.']);
  });
});
