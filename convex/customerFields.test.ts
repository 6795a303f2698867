/// <reference types="vite/client" />
import { expect, test } from 'vitest';
import { api } from './_generated/api';
import { openDesk, type OpenDesk, refused } from './desk.setup';
import { readerOf } from './readShared.setup';
import type { FieldKind } from './shared/customer/fields';
import { transact } from './test.setup';
import { fillInByName, valuesByName } from './model/customer/fields';

const define = ({ manager, teamId }: OpenDesk, name: string, kind: FieldKind = 'text', choices?: string[]) =>
  manager.as.mutation(api.customerFields.save, { teamId, name, kind, ...(choices && { choices }) });
const fieldsOf = async ({ ana, teamId }: OpenDesk) => readerOf(ana.as, teamId)(api.customerFields.list, {});
const valuesOf = async ({ ana, teamId, customerId }: OpenDesk) =>
  readerOf(ana.as, teamId)(api.customerFields.values, { customerId });

test('[T7] a team keeps fields of its customers, operators fill them in, and who did it and when stands there', async () => {
  const desk = await openDesk();
  const { teamId, customerId, ana, ben } = desk;
  const plan = await define(desk, 'Plan', 'choice', [' Gold ', 'Silver', 'Gold', '']);
  const seats = await define(desk, 'Seats', 'number');
  expect(await fieldsOf(desk)).toEqual([
    { fieldId: plan, name: 'Plan', kind: 'choice', choices: ['Gold', 'Silver'] },
    { fieldId: seats, name: 'Seats', kind: 'number' },
  ]);
  const fill = (
    who: typeof ana,
    fieldId: typeof plan,
    value: string | number | null,
    from: string | number | null,
  ) => who.as.mutation(api.customerFields.fillIn, { teamId, customerId, fieldId, value, from });
  const before = Date.now();
  await fill(ana, plan, 'Gold', null);
  await fill(ben, seats, 12, null);
  const values = await valuesOf(desk);
  expect(values).toMatchObject([
    { fieldId: plan, value: 'Gold', by: 'Ana' },
    { fieldId: seats, value: 12, by: 'Ben' },
  ]);
  expect(values.every(({ at }) => at >= before)).toBe(true);

  // What somebody else put there since one looked is theirs, and told by name; the same thing twice is no quarrel.
  expect(await refused(fill(ben, plan, 'Silver', null))).toMatchObject({
    code: 'FIELD_CHANGED',
    name: 'Ana',
  });
  expect(await refused(fill(ben, plan, null, 'Silver'))).toMatchObject({
    code: 'FIELD_CHANGED',
    name: 'Ana',
  });
  await fill(ben, plan, 'Gold', null);
  expect((await valuesOf(desk))[0]).toMatchObject({ value: 'Gold', by: 'Ana' });
  await fill(ben, plan, 'Silver', 'Gold');
  await fill(ben, seats, null, 12);
  expect(await valuesOf(desk)).toMatchObject([{ fieldId: plan, value: 'Silver', by: 'Ben' }]);
  // Who emptied it is somebody, too.
  expect(await refused(fill(ana, seats, 6, 12))).toMatchObject({ code: 'FIELD_CHANGED', name: 'Ben' });
  for (const [fieldId, value] of [
    [plan, 'Bronze'],
    [seats, 'many'],
  ] as const)
    expect(await refused(fill(ana, fieldId, value, fieldId === plan ? 'Silver' : null))).toMatchObject({
      code: 'INVALID_INPUT',
    });
});

test('[E3] there are twenty fields at most, each with a name of its own; one that goes takes along what stood in it', async () => {
  const desk = await openDesk();
  const { t, teamId, customerId, ana, manager } = desk;
  const first = await define(desk, 'Field 0');
  for (let n = 1; n < 20; n++) await define(desk, `Field ${n}`);
  const invalid = { code: 'INVALID_INPUT' };
  expect(await refused(define(desk, 'One more'))).toMatchObject(invalid);
  await manager.as.mutation(api.customerFields.move, { teamId, fieldId: first, to: 99 });
  expect((await fieldsOf(desk)).at(-1)).toMatchObject({ name: 'Field 0' });
  // Of so many customers that it takes more than one transaction.
  await t.run(async (ctx) => {
    for (let n = 0; n < 450; n++) {
      const customer = await ctx.db.insert('customers', { teamId });
      const by = { kind: 'operator' as const, memberId: ana.memberId };
      await ctx.db.insert('customerFieldValues', {
        teamId,
        customerId: customer,
        fieldId: first,
        value: 'x',
        by,
        at: 1,
      });
    }
  });
  await ana.as.mutation(api.customerFields.fillIn, {
    teamId,
    customerId,
    fieldId: first,
    value: 'x',
    from: null,
  });
  await manager.as.mutation(api.customerFields.remove, { teamId, fieldId: first });
  expect(await fieldsOf(desk)).toHaveLength(19);
  await expect
    .poll(async () => {
      await t.finishInProgressScheduledFunctions();
      return (await t.run((ctx) => ctx.db.query('customerFieldValues').collect())).length;
    })
    .toBe(0);
  for (const [name, kind, choices] of [
    ['Field 1', 'text', undefined],
    ['\u200b', 'text', undefined],
    ['x'.repeat(41), 'text', undefined],
    ['🧑‍🚀'.repeat(41), 'text', undefined],
    ['Plan', 'choice', []],
    ['Plan', 'choice', ['x'.repeat(61)]],
  ] as const)
    expect(await refused(define(desk, name, kind, choices && [...choices]))).toMatchObject(invalid);
});

test('[R2] operators fill fields in, managers say which there are, and both are in the audit log', async () => {
  const desk = await openDesk();
  const { teamId, ana, manager, owner } = desk;
  const fieldId = await define(desk, 'Plan');
  for (const act of [
    ana.as.mutation(api.customerFields.save, { teamId, name: 'Mine', kind: 'text' }),
    ana.as.mutation(api.customerFields.move, { teamId, fieldId, to: 0 }),
    ana.as.mutation(api.customerFields.remove, { teamId, fieldId }),
  ])
    expect(await refused(act)).toMatchObject({ code: 'NOT_ALLOWED' });
  // The kind of one stays; its name does not.
  await manager.as.mutation(api.customerFields.save, { teamId, fieldId, name: 'Contract', kind: 'number' });
  expect(await fieldsOf(desk)).toMatchObject([{ fieldId, name: 'Contract', kind: 'text' }]);
  await manager.as.mutation(api.customerFields.remove, { teamId, fieldId });
  const paginationOpts = { numItems: 10, cursor: null };
  const { page } = await owner.as.query(api.audit.list, { teamId, paginationOpts });
  expect(page.map(({ action, detail }) => [action, detail])).toEqual([
    ['customerField.removed', 'Contract'],
    ['customerField.saved', 'Contract'],
    ['customerField.saved', 'Plan'],
  ]);
});

test('[P1] an agent’s platform fills fields in by their names, in any script, and reads them', async () => {
  const desk = await openDesk();
  const { t, teamId, agentId, customerId } = desk;
  await define(desk, 'Größe', 'number');
  await define(desk, 'Since', 'date');
  const agent = (await t.run((ctx) => ctx.db.get(agentId)))!;
  const fill = (name: string, value: string | number | null) =>
    transact(t, (ctx) => fillInByName(ctx, agent, customerId, [{ name, value }]));
  await fill('Größe', 42);
  await fill('Since', '2026-11-28');
  const read = () => t.run((ctx) => valuesByName(ctx, teamId, customerId));
  expect(await read()).toEqual([
    { name: 'Größe', value: 42 },
    { name: 'Since', value: '2026-11-28' },
  ]);
  expect((await valuesOf(desk))[0]).toMatchObject({ value: 42, by: 'Robin' });
  await fill('Größe', null);
  expect(await read()).toEqual([{ name: 'Since', value: '2026-11-28' }]);
  for (const [name, value] of [
    ['Nothing', 'x'],
    ['Since', 'yesterday'],
  ] as const)
    expect(await refused(fill(name, value))).toMatchObject({ code: 'INVALID_INPUT' });
});

/** A second customer, who is the same person as the first from `merge` on. */
async function openPerson() {
  const desk = await openDesk();
  const { t, teamId, customerId, conversationId, ana, ben } = desk;
  const otherId = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: 'Jo Orr' }));
  const plan = await define(desk, 'Plan', 'choice', ['Gold', 'Silver', 'Bronze']);
  const seats = await define(desk, 'Seats', 'number');
  const read = readerOf(ana.as, teamId);
  const shown = async (of: typeof customerId) =>
    (await read(api.customerFields.values, { customerId: of })).map(({ fieldId, value, others, by }) => [
      fieldId === plan ? 'Plan' : 'Seats',
      value,
      others,
      by,
    ]);
  const fill = (
    who: typeof ana,
    of: typeof customerId,
    fieldId: typeof plan,
    value: string | number | null,
    from: string | number | null,
  ) => who.as.mutation(api.customerFields.fillIn, { teamId, customerId: of, fieldId, value, from });
  const merge = () => ana.as.mutation(api.customers.merge, { teamId, customerId, otherId, conversationId });
  const unmerge = async () => {
    const both = await t.run((ctx) => Promise.all([ctx.db.get(customerId), ctx.db.get(otherId)]));
    const part = both.find((each) => each!.mergedInto !== undefined)!._id;
    await ana.as.mutation(api.customers.unmerge, { teamId, customerId: part, conversationId });
  };
  const rows = () => t.run((ctx) => ctx.db.query('customerFieldValues').collect());
  return { ...desk, ana, ben, otherId, plan, seats, shown, fill, merge, unmerge, rows };
}

test('[M9] the fields of one person are shown as one, what was put there last first, and taking apart gives back what each had', async () => {
  const { customerId, otherId, plan, seats, ana, ben, shown, fill, merge, unmerge, rows } =
    await openPerson();
  await fill(ana, customerId, plan, 'Gold', null);
  await fill(ben, otherId, plan, 'Silver', null);
  await fill(ben, otherId, seats, 5, null);
  const before = await rows();
  await merge();
  expect(await rows()).toEqual(before);
  const asOne = [
    ['Plan', 'Silver', ['Gold'], 'Ben'],
    ['Seats', 5, [], 'Ben'],
  ];
  for (const of of [customerId, otherId]) expect(new Set(await shown(of))).toEqual(new Set(asOne));
  await unmerge();
  expect(await rows()).toEqual(before);
  expect(await shown(customerId)).toEqual([['Plan', 'Gold', [], 'Ana']]);
  expect(new Set(await shown(otherId))).toEqual(
    new Set([
      ['Plan', 'Silver', [], 'Ben'],
      ['Seats', 5, [], 'Ben'],
    ]),
  );
});

test('[M9] what is filled in of one person stays with whom it was said of, and so does that it was emptied', async () => {
  const {
    t,
    agentId,
    teamId,
    customerId,
    otherId,
    plan,
    seats,
    ana,
    ben,
    shown,
    fill,
    merge,
    unmerge,
    rows,
  } = await openPerson();
  await fill(ana, customerId, plan, 'Gold', null);
  await fill(ben, otherId, plan, 'Silver', null);
  await fill(ben, otherId, seats, 5, null);
  const theirs = (await rows()).filter((each) => each.customerId === otherId);
  await merge();
  // What one sees is what one changes, whosever it is; whoever saw something else is told who was quicker.
  const late = { code: 'FIELD_CHANGED', name: 'Ben' };
  expect(await refused(fill(ana, customerId, plan, 'Bronze', 'Gold'))).toMatchObject(late);
  expect(await refused(fill(ana, customerId, seats, 6, null))).toMatchObject(late);
  // The same as of before, of the one whose it was.
  await fill(ana, customerId, plan, 'Gold', 'Silver');
  expect(await shown(otherId)).toContainEqual(['Plan', 'Gold', ['Silver'], 'Ana']);
  await fill(ana, customerId, seats, null, 5);
  expect(await shown(otherId)).toEqual([['Plan', 'Gold', ['Silver'], 'Ana']]);
  // Two at once, each at another of the two: one is first.
  await fill(ana, customerId, seats, 7, null);
  expect(await refused(fill(ben, otherId, seats, 8, null))).toMatchObject({ name: 'Ana' });
  await fill(ben, customerId, seats, null, 7);
  // Their agent knows its own alone.
  const known = (of: typeof customerId) => t.run((ctx) => valuesByName(ctx, teamId, of));
  expect(await known(customerId)).toEqual([{ name: 'Plan', value: 'Gold' }]);
  const agent = (await t.run((ctx) => ctx.db.get(agentId)))!;
  await transact(t, (ctx) => fillInByName(ctx, agent, customerId, [{ name: 'Seats', value: null }]));
  expect(await shown(otherId)).toHaveLength(1);
  await unmerge();
  expect((await rows()).filter((each) => each.customerId === otherId)).toEqual(theirs);
  expect(await shown(customerId)).toEqual([['Plan', 'Gold', [], 'Ana']]);
  // Of whom nobody else is, it is kept who emptied it; what others turn out to have is seen all the same.
  await fill(ana, customerId, seats, 9, null);
  await fill(ana, customerId, seats, null, 9);
  const [, emptied, ...more] = (await rows()).filter((each) => each.customerId === customerId);
  expect(emptied).toMatchObject({ fieldId: seats, value: null, hidesNothing: true });
  expect(more).toEqual([]);
  await merge();
  expect(await shown(customerId)).toContainEqual(['Seats', 5, [], 'Ben']);
  expect(await refused(fill(ana, customerId, seats, 6, null))).toMatchObject({ name: 'Ben' });
});
