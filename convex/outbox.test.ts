/** The outbox: what stays in the desk, what has left it, and who may read which (docs/rules.md M2, R1, R3). */
import { beforeEach, describe, expect, test } from 'vitest';
import { makeSealingKey } from '../scripts/authKeys';
import { api } from './_generated/api';
import { startThread } from './desk.setup';
import { settleDeskMail, textsOf } from './model/delivery/mail/deskMails';
import { createTeam, setupTest, transact } from './test.setup';

beforeEach(() => {
  process.env.SEALING_KEY = makeSealingKey();
  process.env.SITE_URL = 'https://desk.example';
});

async function desk() {
  const t = setupTest();
  const team = await createTeam(t);
  const { teamId, agentId, owner, manager } = team;
  const page = { teamId, paginationOpts: { numItems: 10, cursor: null } };
  const connect = (apiKey: string) =>
    manager.as.mutation(api.channels.connectAddress, {
      teamId,
      agentId,
      name: 'Shop',
      mail: { address: 'help@shop.example', senderName: '', replyAddress: 'help@in.shop.example' },
      apiKey,
    });
  const invite = (email: string) =>
    owner.as.mutation(api.invitations.create, { teamId, email, role: 'operator' });
  return { t, team, page, connect, invite };
}

describe('[M2] the outbox', () => {
  test('keeps what a team without a key writes, newest first, with links that work', async () => {
    const { team, page, invite } = await desk();
    const { teamId, owner } = team;
    expect(await invite('cy@people.test')).toMatchObject({ isMailed: false });
    const { token } = await invite('dee@people.test');
    const listed = await owner.as.query(api.outbox.deskMails, page);
    expect(listed.page).toMatchObject([
      { to: 'dee@people.test', kind: 'invitation', isLocal: true, state: 'sent' },
      { to: 'cy@people.test' },
    ]);
    const { mailId } = listed.page[0]!;
    const opened = await owner.as.query(api.outbox.deskMail, { teamId, mailId });
    expect(opened!.text).toContain(`https://desk.example/invite/${token}`);
    expect(opened!.html).toContain(`href="https://desk.example/invite/${token}"`);
  });

  test('[R1] shows a link that only an owner may make to owners alone', async () => {
    const { team, page, invite } = await desk();
    const { teamId, manager } = team;
    await invite('cy@people.test');
    const { mailId } = (await manager.as.query(api.outbox.deskMails, page)).page[0]!;
    expect(await manager.as.query(api.outbox.deskMail, { teamId, mailId })).toBeNull();
  });

  test('[R3] keeps nothing that opens something once the mail has left', async () => {
    const { t, team, page, connect, invite } = await desk();
    const { teamId, owner } = team;
    await connect('re_key');
    const { token, isMailed } = await invite('cy@people.test');
    expect(isMailed).toBe(true);
    const { mailId } = (await owner.as.query(api.outbox.deskMails, page)).page[0]!;
    const shown = async () =>
      JSON.stringify([
        await owner.as.query(api.outbox.deskMail, { teamId, mailId }),
        await owner.as.query(api.outbox.deskMails, page),
      ]);
    expect(await shown()).not.toContain(token);
    const stored = () =>
      t.run(async (ctx) => {
        const mail = (await ctx.db.get(mailId))!;
        return { ...mail, ...(await textsOf(mail)) };
      });
    expect((await stored()).text).toContain(token);
    expect(JSON.stringify(await t.run((ctx) => ctx.db.get(mailId)))).not.toContain(token);
    await t.run((ctx) => ctx.db.patch(mailId, { state: 'claimed', attempts: 1 }));
    await transact(t, async (ctx) =>
      settleDeskMail(ctx, (await ctx.db.get(mailId))!, 1, { what: 'sent', providerId: 'p' }),
    );
    expect(await stored()).toMatchObject({ state: 'sent', providerId: 'p' });
    expect(JSON.stringify(await stored())).not.toContain(token);
    expect((await stored()).text).toContain('https://desk.example/invite/…');
  });

  test('shows a reply as its customer would see it: with its link while it is only here, without once a provider took it', async () => {
    const t = setupTest();
    const { teamId, agentId, channelId, manager } = await createTeam(t);
    const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: 'Carla' }));
    const thread = await startThread({ t, teamId, agentId, customerId }, 'web');
    const { entryId } = await thread.customerWrites('Where is my order?');
    const { conversationId } = thread;
    const token = 'a'.repeat(43);
    const text = `On its way. https://desk.example/widget.html?channel=c#mail=${token}`;
    const mailId = await t.run(async (ctx) => {
      const author = { kind: 'agent' as const, agentId };
      const of = { teamId, conversationId, entryId, channelId };
      const row = {
        ...of,
        sequence: 1,
        channel: 'email' as const,
        author,
        state: 'sent' as const,
        attempts: 1,
      };
      await ctx.db.insert('outbox', row);
      const from = { address: 'help@shop.example', name: 'Shop' };
      const to = [{ address: 'carla@people.test', name: '' }];
      const request = JSON.stringify({ text, html: `<p>${text}</p>` });
      const mail = { ...of, direction: 'out' as const, from, to, cc: [], subject: 'Order', request };
      return ctx.db.insert('mails', mail);
    });
    const page = { teamId, paginationOpts: { numItems: 10, cursor: null } };
    const listed = async () => (await manager.as.query(api.outbox.replies, page)).page;
    const opened = () => manager.as.query(api.outbox.reply, { teamId, mailId });
    expect(await listed()).toMatchObject([{ to: 'carla@people.test', kind: 'reply', isLocal: true }]);
    expect(await opened()).toMatchObject({ from: 'help@shop.example', text });
    await t.run((ctx) => ctx.db.patch(mailId, { providerId: 'p' }));
    expect(await listed()).toMatchObject([{ isLocal: false, state: 'sent' }]);
    expect(JSON.stringify(await opened())).not.toContain(token);
  });
});
