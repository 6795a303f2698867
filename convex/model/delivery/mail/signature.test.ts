/// <reference types="vite/client" />
/** A person's own signature (docs/rules.md M3, C8, E6): below what they write by mail, and nowhere else. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../../_generated/api';
import { refused, startThread, threadOf } from '../../../desk.setup';
import { openMailDesk } from '../../../mail.setup';
import { maxSignature } from '../../../shared/people/people';
import { readContext } from '../../agents/agentContext';
import { viewEntries } from '../../agents/agentViews';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const own = 'Ana <Reyes>\nShop of Bath\nhttps://shop.test/ana';

async function openSigned(text: string) {
  const desk = await openMailDesk();
  const { conversationId } = await desk.mailIn({ text: 'Where is it?' });
  const thread = threadOf(desk, conversationId!);
  const { teamId } = desk;
  await desk.ana.as.mutation(api.members.setSignature, { teamId, text });
  await thread.takesOver(desk.ana);
  const last = () => JSON.parse(desk.provider.asked.at(-1)!.body) as { text: string; html: string };
  return { ...desk, ...thread, last };
}

test('[M3] it stands below the text and above what is quoted, in the text and in the HTML', async () => {
  const desk = await openSigned(`  ${own}\n\n`);
  await desk.replies(desk.ana, 'It left today.');
  await desk.work();
  const { text, html } = desk.last();
  expect(text).toMatch(
    /It left today\.\n\n-- \nAna <Reyes>\nShop of Bath\nhttps:\/\/shop\.test\/ana\n\n[^]*On .* wrote:\n> Where is it\?/,
  );
  expect(text).not.toContain('Ana, Shop');
  expect(html).toMatch(/It left today\.[^]*Ana &lt;Reyes&gt;<br>\nShop of Bath[^]*<blockquote/);
  expect(html).toContain('<a href="https://shop.test/ana">');
});

test('[M3] without one of their own, and for others and agents, the mail is signed as ever', async () => {
  const desk = await openSigned(' \u200b\n');
  await desk.replies(desk.ana, 'It left today.');
  await desk.work();
  expect(desk.last().text).toContain('It left today.\n\n-- \nAna, Shop\n');
  const of = await openSigned(own);
  await of.resolves(of.ana, (await of.tickets())[0]!._id, { agentAnswersNow: false });
  await of.agentAnswers('Hello from the agent');
  await of.work();
  expect(of.last().text).toContain('-- \nRobin (AI), Shop\n');
});

test('[C8] [M6] it is no word of theirs: not in the chat, and not in what agents read', async () => {
  const desk = await openSigned(own);
  await desk.replies(desk.ana, 'It left today.');
  const chat = await startThread(desk, 'web');
  await chat.customerWrites('Hi');
  await chat.takesOver(desk.ana);
  await chat.replies(desk.ana, 'In the chat');
  await desk.work();
  const everything = JSON.stringify([await desk.entries(), await chat.entries()]);
  expect(everything).not.toContain('Bath');
  const read = await desk.inCase(async (ctx, opened) => [
    await readContext(ctx, opened, opened.head.lastSequence),
    await viewEntries(ctx, opened.conversation._id, 0, 50),
  ]);
  expect(JSON.stringify(read)).toContain('It left today.');
  expect(JSON.stringify(read)).not.toContain('Bath');
});

test('[E6] it is counted by whole characters, and too long a one is refused', async () => {
  const desk = await openMailDesk();
  const { teamId } = desk;
  const set = (text: string) => desk.ana.as.mutation(api.members.setSignature, { teamId, text });
  await set('👩🏽‍🚀'.repeat(maxSignature));
  expect(await refused(set('👩🏽‍🚀'.repeat(maxSignature + 1)))).toMatchObject({ code: 'INVALID_INPUT' });
  const { memberships } = await desk.ana.as.query(api.me.get, {});
  expect(memberships[0]!.signature).toHaveLength('👩🏽‍🚀'.length * maxSignature);
  await set('');
  expect((await desk.ana.as.query(api.me.get, {})).memberships[0]!.signature).toBe('');
});
