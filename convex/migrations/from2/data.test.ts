import { expect, test } from 'vitest';
import { internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { emailOf, externalIdOf } from '../../model/conversation/identities';
import { ensureOutsideCustomer, noteEmail } from '../../model/customer/customers';
import { readTicket } from '../../readShared.setup';
import { transact } from '../../test.setup';

const address = 'carla@shop.test';
const externalId = 'cust-1';

/** A desk of version 2: the customer's address and their id outside stand in the customer, and messages name no channel. */
async function openVersion2() {
  const desk = await openDesk();
  const { t, teamId, agentId, conversationId } = desk;
  await desk.customerWrites('Where is it?');
  const { number } = await desk.handsOver();
  const customerId = await t.run(async (ctx) => {
    const conversation = (await ctx.db.get(conversationId))!;
    await ctx.db.patch(conversation.customerId, { name: 'Carla', agentId, externalId, email: address });
    for (const { _id } of await ctx.db.query('customerIdentities').collect()) await ctx.db.delete(_id);
    return conversation.customerId;
  });
  const known = () =>
    t.run(async (ctx) => {
      const customer = (await ctx.db.get(customerId))!;
      const email = await emailOf(ctx, customer);
      return { email: email?.address, proof: email?.proof, externalId: await externalIdOf(ctx, customer) };
    });
  const asOutside = (more: { email?: string } = {}) =>
    transact(t, async (ctx) =>
      ensureOutsideCustomer(ctx, (await ctx.db.get(agentId))!, { externalId, ...more }),
    );
  const gives = (email: string) => transact(t, (ctx) => noteEmail(ctx, customerId, email));
  const rows = () =>
    t.run(async (ctx) => ({
      customers: await ctx.db.query('customers').collect(),
      identities: await ctx.db.query('customerIdentities').collect(),
    }));
  const migrate = async () => {
    const batch = { cursor: null, dryRun: false, oneBatchOnly: true };
    await t.mutation(internal.migrations.from2.data.identities, batch);
    await t.mutation(internal.migrations.from2.data.heads, batch);
  };
  const ticket = () => readTicket(desk.ana.as, { teamId, number });
  return { ...desk, customerId, known, asOutside, gives, rows, migrate, ticket };
}

test('[M9] [goals fault-19] a customer of version 2 is who they are before the migration has come to them, and after it', async () => {
  const desk = await openVersion2();
  const before = await desk.rows();
  for (const turn of ['before', 'after', 'after it came again']) {
    expect(await desk.known(), turn).toEqual({ email: address, proof: 'claimed', externalId });
    expect((await desk.ticket())!.customer, turn).toMatchObject({ called: 'Carla', email: address });
    expect(await desk.asOutside(), turn).toBe(desk.customerId);
    expect(await desk.asOutside({ email: address.toUpperCase() }), turn).toBe(desk.customerId);
    await desk.gives(address);
    const { customers, identities } = await desk.rows();
    expect(
      customers.map(({ _id }) => _id),
      turn,
    ).toEqual(before.customers.map(({ _id }) => _id));
    expect(identities.length, turn).toBe(turn === 'before' ? 0 : 2);
    await desk.migrate();
  }
  await desk.customerWrites('And now?');
  expect((await desk.entries()).filter(({ author }) => author.kind === 'customer')).toHaveLength(2);
});

test('[M9] [goals fault-19] what a customer says before the migration comes to them is not undone by it', async () => {
  const desk = await openVersion2();
  await desk.gives('new@shop.test');
  expect((await desk.known()).email).toBe('new@shop.test');
  await desk.migrate();
  expect((await desk.known()).email).toBe('new@shop.test');
  const { identities } = await desk.rows();
  expect(identities.map(({ kind, value }) => [kind, value]).toSorted()).toEqual([
    ['email', 'new@shop.test'],
    ['external', externalId],
  ]);
});

test('[P3] [M2] what waits for a platform since version 2 says for whose, as what is said now does; again changes nothing', async () => {
  const { t, agentId, ...desk } = await openDesk({ channel: 'api' });
  await desk.customerWrites('A person, please.');
  await desk.takesOver(desk.ana);
  const sends = () => t.run((ctx) => ctx.db.query('outbox').collect());
  const now = await sends();
  expect(now).toMatchObject([{ state: 'queued', agentId }]);
  await t.run((ctx) => ctx.db.patch(now[0]!._id, { agentId: undefined }));
  for (let turn = 1; turn <= 2; turn++) {
    await t.mutation(internal.migrations.from2.data.sends, {
      cursor: null,
      dryRun: false,
      oneBatchOnly: true,
    });
    expect(await sends()).toEqual(now);
  }
});
