import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDesk, startThread } from '../../desk.setup';
import { transact } from '../../test.setup';
import { noteEmail } from './customers';
import { atOnce } from './renaming';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const conversations = 2 * atOnce + 1;

/** A customer without a name who has a ticket in each of more conversations than two transactions rename. */
async function busyCustomer() {
  const desk = await openDesk();
  const { t, teamId, customerId } = desk;
  await t.run((ctx) => ctx.db.patch(customerId, { name: undefined }));
  await desk.handsOver();
  for (let n = 1; n < conversations; n++) await (await startThread(desk, 'web')).handsOver();
  const names = () =>
    t.run(async (ctx) => {
      const rows = await ctx.db.query('ticketRows').take(conversations + 1);
      return rows.map(({ customerName }) => customerName);
    });
  const tell = (email: string) => transact(t, (ctx) => noteEmail(ctx, customerId, email));
  return { t, teamId, names, tell };
}

test('[E3] every row follows the name of its customer, however many there are, the newest at once', async () => {
  const { t, names, tell } = await busyCustomer();
  await tell('lena@example.com');
  const atFirst = await names();
  expect(atFirst.filter((name) => name === 'lena@example.com')).toHaveLength(atOnce);
  expect(atFirst.at(-1)).toBe('lena@example.com');
  // Once more while the rest is under way: the later one counts.
  await tell('lena@work.example');
  await t.finishAllScheduledFunctions(() => vi.runAllTimers());
  expect(new Set(await names())).toEqual(new Set(['lena@work.example']));
});
