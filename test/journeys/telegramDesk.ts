/** A desk with a bot, connected to a local Telegram as a manager connects it. */
import type { ConvexHttpClient } from 'convex/browser';
import { expect } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readShared } from '../../convex/readShared.setup.ts';
import type { Person, StoredMessage } from '../../providers/telegram/bot.ts';
import type { LocalTelegram } from '../../providers/telegram/start.ts';
import type { TestDesk } from './harness.ts';

export const jo: Person = { id: 100_000_001, first_name: 'Jo', last_name: 'Park' };

export async function connectBot({
  desk,
  telegram,
  operator,
  teamId,
}: {
  desk: Pick<TestDesk, 'engine'>;
  telegram: LocalTelegram;
  operator: ConvexHttpClient;
  teamId: Id<'teams'>;
}): Promise<Id<'channels'>> {
  await desk.engine.environment.set({ TELEGRAM_BASE_URL: telegram.url });
  const [agent] = await readShared(operator, api.agents.list, { teamId });
  const { channelId, check } = await operator.action(api.telegram.connect, {
    teamId,
    agentId: agent!._id,
    token: telegram.token,
  });
  expect(check).toMatchObject({ bot: 'works', webhook: 'listens' });
  return channelId;
}

/** What the bot has said to them, oldest first. */
export const saidTo = (telegram: LocalTelegram, person = jo): StoredMessage[] =>
  telegram.chat(person).filter(({ isMine }) => isMine);

/** Waits until the bot has said this to them, and how often it has. */
export async function hears(
  telegram: LocalTelegram,
  text: string | RegExp,
  person = jo,
): Promise<StoredMessage> {
  const found = () => saidTo(telegram, person).filter((each) => matches(each.text, text));
  await expect.poll(() => found().length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  return found()[0]!;
}

const matches = (text: string, wanted: string | RegExp) =>
  typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
