/** Whoever has a ticket open is known to have read it, also when they come back to it: in a real browser. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FirstDesk, openFirstDesk } from './pages.ts';

let desk: FirstDesk;

beforeAll(async () => {
  desk = await openFirstDesk();
});
afterAll(() => desk?.close());

it('[T7] a ticket that stands open is noted when it is opened, and again when its operator is back, not when they leave', async () => {
  const { operator, ticket, customer, errors } = desk;
  let noted = 0;
  operator.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('tickets:noteOpened')) noted++;
    }),
  );
  await operator.reload();
  await customer.say('I want a refund, I bought it 45 days ago');
  await operator.getByRole('link', { name: /^Mine\b/ }).click();
  await operator.getByRole('listbox').getByRole('option').first().click();
  await ticket.reads(/refund/);
  await expect.poll(() => noted).toBe(1);

  const become = async (status: string) => {
    await operator.getByRole('button', { name: /, (Online|Busy|Away|Offline)$/ }).click();
    await operator.getByRole('menuitem', { name: new RegExp(`^${status}`) }).click();
    await operator.getByRole('button', { name: new RegExp(`, ${status}$`) }).waitFor();
  };
  await become('Away');
  await operator.waitForTimeout(1_000);
  expect(noted).toBe(1);
  await become('Online');
  await expect.poll(() => noted).toBe(2);
  expect(errors.flat()).toEqual([]);
});
