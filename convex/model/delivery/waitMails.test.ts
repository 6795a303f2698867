import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { addOutsideAgent, startThread } from '../../desk.setup';
import { createTeam, passTime, setupTest } from '../../test.setup';
import { textsOf } from './deskMails';

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
  const mails = () =>
    t.run(async (ctx) => {
      const kept = await ctx.db.query('deskMails').collect();
      const waits = kept.filter(({ kind }) => kind === 'customerWaits');
      return Promise.all(waits.map(async (mail) => ({ ...mail, ...(await textsOf(mail)) })));
    });
  const pass = (ms: number) => passTime(t, ms, 10_000);
  return { ...thread, t, teamId, ticketId, operator, mails, pass };
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
    await away.operator.as.mutation(api.members.setWaitMails, { teamId: away.teamId, isOn: false });
    await away.customerWrites('Are you there?');
    await away.pass(11 * minute);
    expect(await away.mails()).toEqual([]);
  });
});
