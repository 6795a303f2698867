/** Whoever has a ticket open is known to have read it, also when they come back to it: in a real browser. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FirstDesk, openFirstDesk } from './pages.ts';

let desk: FirstDesk;

beforeAll(async () => {
  desk = await openFirstDesk();
});
afterAll(() => desk?.close());

it('[T7] a ticket is noted as opened when there is something to see to in it, and never for nothing', async () => {
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
  await operator.waitForTimeout(1_000);
  expect(noted).toBe(1);
  await customer.say('Are you there?');
  await ticket.reads('Are you there?');
  await expect.poll(() => noted).toBe(2);
  await operator.waitForTimeout(1_000);
  expect(noted).toBe(2);
  expect(errors.flat()).toEqual([]);
});
