/**
 * What a link into a messenger carries, so that a conversation goes on there (docs/rules.md M8, M9): its id, until when it holds,
 * and a mark that only this desk can make. Telegram takes 64 of `A-Za-z0-9_-` (core.telegram.org/bots/features, deep linking). Pure.
 */
import { isSame, macOf } from '../mail/mac';

type Key = Uint8Array<ArrayBuffer>;

const minuteMs = 60_000;
/** Long enough to change the device, short enough to be of no use to whoever finds it. */
export const startHoldsMs = 60 * minuteMs;
/** 80 bits. */
const macLength = 16;
const shape = /^([0-9a-z]{6,40})-([0-9a-z]{5,7})-([0-9a-z]{16})$/;

const markOf = (key: Key, id: string, until: string): Promise<string> =>
  macOf(key, `start ${id} ${until}`, macLength);

export async function makeStart(key: Key, conversationId: string, now: number): Promise<string> {
  const until = Math.ceil((now + startHoldsMs) / minuteMs).toString(36);
  return `${conversationId}-${until}-${await markOf(key, conversationId, until)}`;
}

/** The conversation's id; null: not ours, or over. */
export async function openStart(key: Key, start: string, now: number): Promise<string | null> {
  const [, id, until, mark] = shape.exec(start) ?? [];
  if (id === undefined || until === undefined || mark === undefined) return null;
  if (!isSame(await markOf(key, id, until), mark)) return null;
  return parseInt(until, 36) * minuteMs < now ? null : id;
}
