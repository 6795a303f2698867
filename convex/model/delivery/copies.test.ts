/// <reference types="vite/client" />
/** Who gets a copy of a mail (docs/rules.md M3, M6): who reads along, but for whom its writer leaves out of this one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import { threadOf } from '../../desk.setup';
import { openMailDesk } from '../../mail.setup';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const [boss, aunt] = ['boss@customer.test', 'aunt@customer.test'];
const person = (address: string) => ({ address, name: '' });

async function openWithCopies() {
  const desk = await openMailDesk();
  const { conversationId } = await desk.mailIn({ cc: [person(boss), person(aunt)] });
  const thread = threadOf(desk, conversationId!);
  await thread.takesOver(desk.ana);
  const { teamId } = desk;
  const replies = async (text: string, withoutCopyTo?: string[]) => {
    const { expectedEpoch: epoch, seenThrough } = await thread.shown();
    const message = { teamId, conversationId: conversationId!, text, clientMessageId: text, epoch };
    await desk.ana.as.mutation(api.messages.reply, { ...message, seenThrough, withoutCopyTo });
    await desk.work();
    return JSON.parse(desk.provider.asked.at(-1)!.body) as { cc?: string[] };
  };
  const entries = async () => (await thread.entries()).filter(({ author }) => author.kind === 'operator');
  return { ...desk, ...thread, replies, entries };
}

test('[M3] a copy is left out of one mail, which says so; the next one goes to all again', async () => {
  const desk = await openWithCopies();
  expect(await desk.replies('To both')).toMatchObject({ cc: [boss, aunt] });
  expect(await desk.replies('Not to the boss', [boss.toUpperCase()])).toMatchObject({ cc: [aunt] });
  expect(await desk.replies('To both again')).toMatchObject({ cc: [boss, aunt] });
  const said = (await desk.entries()).filter(({ kind }) => kind === 'message');
  expect(said.map(({ text, withoutCopyTo }) => [text, withoutCopyTo])).toEqual([
    ['To both', undefined],
    ['Not to the boss', [boss]],
    ['To both again', undefined],
  ]);
  const mails = await desk.t.run((ctx) => ctx.db.query('mails').collect());
  const out = mails.filter(({ direction }) => direction === 'out');
  expect(out.map(({ cc }) => cc.map(({ address }) => address))).toEqual([[boss, aunt], [aunt], [boss, aunt]]);
});

test('[M3] with all copies left out it is to the customer alone', async () => {
  const desk = await openWithCopies();
  expect((await desk.replies('For you only', [boss, aunt])).cc).toBeUndefined();
});

test('[M3] only who reads along can be left out: other addresses are kept nowhere', async () => {
  const desk = await openWithCopies();
  expect(await desk.replies('To both', ['nobody@else.test'])).toMatchObject({ cc: [boss, aunt] });
  expect((await desk.entries()).at(-1)).not.toHaveProperty('withoutCopyTo');
});
