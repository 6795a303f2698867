import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { addOutsideAgent, startThread } from '../../desk.setup';
import { createTeam, passTime, refusal, setupTest } from '../../test.setup';
import { textsOf } from '../delivery/mail/deskMails';

vi.setConfig({ testTimeout: 20_000 });
beforeEach(() => {
  vi.useFakeTimers();
  process.env.SITE_URL = 'https://desk.example';
});
afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;

/** A ticket of the operator's, who is as told; its agent never answers. */
async function ticketOf(status: 'away' | 'offline' | 'busy') {
  const t = setupTest();
  const { teamId, operator, manager } = await createTeam(t, 'Blue Shop', { status });
  const agentId = await addOutsideAgent(t, teamId, 'Elsewhere');
  const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: 'Baton Security' }));
  const thread = await startThread({ t, teamId, agentId, customerId }, 'web');
  await thread.customerWrites('Where is my order?');
  await thread.agentAnswers('Let me see.');
  const { ticketId } = await thread.handsOver();
  await manager.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: operator.memberId });
  // What is tried here is what comes after.
  await operator.as.mutation(api.tickets.noteOpened, { teamId, ticketId });
  const mails = () =>
    t.run(async (ctx) => {
      const kept = await ctx.db.query('deskMails').collect();
      const waits = kept.filter(({ kind }) => kind === 'needs');
      return Promise.all(waits.map(async (mail) => ({ ...mail, ...(await textsOf(mail)) })));
    });
  const pass = (ms: number) => passTime(t, ms, 10_000);
  return { ...thread, t, teamId, ticketId, operator, manager, mails, pass };
}

describe('[T7] a customer waits, by mail', () => {
  test.each(['away', 'offline'] as const)(
    'to whose ticket it is, who is %s, after ten minutes',
    async (status) => {
      const { t, customerWrites, mails, pass, operator } = await ticketOf(status);
      await customerWrites('Are you there?');
      await pass(9 * minute);
      expect(await mails()).toEqual([]);
      await pass(2 * minute);
      const [mail, ...others] = await mails();
      expect(others).toEqual([]);
      const member = await t.run((ctx) => ctx.db.get(operator.memberId));
      expect(mail).toMatchObject({ subject: 'A customer waits: #1', to: member!.email });
      expect(mail!.text).toContain('https://desk.example/inbox/mine/1');
    },
  );

  test('[E6] in which nothing stands that the customer wrote or calls themselves', async () => {
    const { customerWrites, mails, pass } = await ticketOf('away');
    await customerWrites('My password is hunter2');
    await pass(11 * minute);
    expect(await mails()).toHaveLength(1);
    expect(JSON.stringify(await mails())).not.toMatch(/hunter2|Baton Security/);
  });

  test('once, until they have opened the ticket', async () => {
    const { customerWrites, mails, pass, operator, teamId, ticketId } = await ticketOf('away');
    await customerWrites('Are you there?');
    await pass(11 * minute);
    await customerWrites('Hello?');
    await pass(11 * minute);
    expect(await mails()).toHaveLength(1);
    await operator.as.mutation(api.tickets.noteOpened, { teamId, ticketId });
    await customerWrites('Anybody?');
    await pass(11 * minute);
    expect(await mails()).toHaveLength(2);
  });

  test('not when somebody answered meanwhile, nor before the next message has waited as long', async () => {
    const { customerWrites, agentAnswers, mails, pass } = await ticketOf('away');
    await customerWrites('Are you there?');
    await pass(30_000);
    await agentAnswers('Yes.');
    await pass(8 * minute);
    await customerWrites('And now?');
    await pass(8 * minute);
    expect(await mails()).toEqual([]);
    await pass(3 * minute);
    expect(await mails()).toHaveLength(1);
  });

  test('not to whoever is there, nor to whoever wants none', async () => {
    const busy = await ticketOf('busy');
    await busy.customerWrites('Are you there?');
    await busy.pass(11 * minute);
    expect(await busy.mails()).toEqual([]);
    const away = await ticketOf('away');
    const notice = { toast: true, sound: false, desktop: true, mailAfterMin: null };
    await away.operator.as.mutation(api.needs.choose, { teamId: away.teamId, kind: 'replied', notice });
    await away.customerWrites('Are you there?');
    await away.pass(11 * minute);
    expect(await away.mails()).toEqual([]);
  });
});

describe('what somebody who is away has to see to, by mail', () => {
  const notice = { toast: true, sound: false, desktop: true, mailAfterMin: 5 };

  test('[lesson L27] what is due at once is one mail, by the names of colleagues, and each of it once', async () => {
    const { teamId, ticketId, operator, manager, mails, pass, customerWrites } = await ticketOf('offline');
    await operator.as.mutation(api.needs.choose, {
      teamId,
      kind: 'assigned',
      notice: { ...notice, mailAfterMin: 10 },
    });
    for (const memberId of [null, operator.memberId])
      await manager.as.mutation(api.tickets.assign, { teamId, ticketId, memberId });
    await customerWrites('Are you there?');
    await pass(11 * minute);
    const [mail, ...others] = await mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ subject: '2 things need you' });
    expect(mail!.text).toContain('BlueShopMaya gave you #1.');
    expect(mail!.text).toContain('The customer wrote in #1.');
    await pass(60 * minute);
    expect(await mails()).toHaveLength(1);
  });

  test('not what was handled by then, in whatever tab', async () => {
    const { teamId, ticketId, operator, customerWrites, mails, pass } = await ticketOf('away');
    await customerWrites('Are you there?');
    await pass(9 * minute);
    await operator.as.mutation(api.needs.dismiss, { teamId, ticketId, kind: 'replied' });
    await pass(20 * minute);
    expect(await mails()).toEqual([]);
  });

  test('[A2] what somebody leaves behind who was there, counted from when they go', async () => {
    const { teamId, operator, customerWrites, mails, pass } = await ticketOf('busy');
    await customerWrites('Are you there?');
    await pass(20 * minute);
    expect(await mails()).toEqual([]);
    await operator.as.mutation(api.members.setStatus, { teamId, status: 'offline' });
    await pass(9 * minute);
    expect(await mails()).toEqual([]);
    await pass(2 * minute);
    expect(await mails()).toMatchObject([{ subject: 'A customer waits: #1' }]);
  });

  test('what waits for its turn to leave is not sent once it is handled', async () => {
    const { t, teamId, ticketId, operator, customerWrites, pass } = await ticketOf('away');
    const channelId = await t.run(async (ctx) => (await ctx.db.query('channels').first())!._id);
    await customerWrites('Are you there?');
    await pass(11 * minute);
    const [queued] = await t.run((ctx) => ctx.db.query('deskMails').collect());
    await t.run((ctx) => ctx.db.patch(queued!._id, { channelId, state: 'queued' }));
    await operator.as.mutation(api.tickets.noteOpened, { teamId, ticketId });
    await t.mutation(internal.jobs.delivery.claimDeskMail, { mailId: queued!._id });
    expect(await t.run((ctx) => ctx.db.get(queued!._id))).toMatchObject({ state: 'cancelled', attempts: 0 });
  });

  test('[M2] however much it is: what one mail does not hold goes with the next, and each of it once', async () => {
    const { t, teamId, ticketId, operator, mails, pass } = await ticketOf('away');
    const { memberId } = operator;
    await t.run(async (ctx) => {
      for (let number = 1; number <= 230; number++)
        await ctx.db.insert('needs', {
          teamId,
          memberId,
          ticketId,
          number,
          kind: 'assigned',
          at: Date.now() + number,
        });
      // What is mailed to nobody stands before them, and does not hide them.
      for (let number = 1; number <= 120; number++)
        await ctx.db.insert('needs', {
          ...{ teamId, memberId, ticketId, number, kind: 'woke', at: Date.now() + 1_000 + number },
        });
    });
    await operator.as.mutation(api.members.setStatus, { teamId, status: 'busy' });
    await operator.as.mutation(api.members.setStatus, { teamId, status: 'away' });
    await pass(32 * minute);
    expect(await mails()).toHaveLength(3);
    const told = (await mails()).flatMap(({ text }) =>
      [...text.matchAll(/New for you: #(\d+)/g)].map(([, n]) => Number(n)),
    );
    expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 230 }, (_, at) => at + 1));
  });

  test('after whole minutes between one and a day', async () => {
    const { teamId, operator } = await ticketOf('away');
    for (const mailAfterMin of [0, 1.5, 1_441, NaN]) {
      const choice = { teamId, kind: 'replied' as const, notice: { ...notice, mailAfterMin } };
      expect(await refusal(operator.as.mutation(api.needs.choose, choice))).toBe('INVALID_INPUT');
    }
    expect(await operator.as.query(api.needs.choices, { teamId })).toEqual([]);
  });
});
