/** What Telegram tells, as others recorded it and as its documentation has it (the fixtures of this project's specification). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readUpdate } from './telegramUpdates';

const folder = new URL('../../../../shared/fixtures/telegram/', import.meta.url);
const isThere = existsSync(folder);
/** Told then, by our clock. */
const later = Date.UTC(2027, 0);

const person = { id: 7, is_bot: false, first_name: 'Jo', last_name: 'Park' };
const chat = { id: 7, first_name: 'Jo', type: 'private' };
const told = (more: object, kind = 'message') =>
  JSON.stringify({
    update_id: 1,
    [kind]: { message_id: 5, date: 1_790_000_000, from: person, chat, ...more },
  });
const said = (more: object, kind?: string) => {
  const update = readUpdate(told(more, kind), later)?.update;
  return update && 'message' in update ? update.message : update;
};

it('[M1] nothing was said later than it was told', () => {
  expect(said({ text: 'a', edit_date: 9_999_999_999 }, 'edited_message')).toMatchObject({ at: later });
  expect(said({ text: 'a' })).toMatchObject({ at: 1_790_000_000_000 });
});

describe.skipIf(!isThere)('recorded updates (../shared/fixtures/telegram)', () => {
  const files = isThere ? readdirSync(folder).filter((name) => name.startsWith('illemius-')) : [];

  it.each(files)('[M1] [E2] %s is read', (name) => {
    const read = readUpdate(readFileSync(new URL(name, folder), 'utf8'), later);
    expect(read?.updateId).toMatch(/^\d+$/);
    expect(read?.update).not.toBeNull();
  });

  it('[M1] the samples of every kind: messages are said, what concerns nobody is known as that', () => {
    const { updates } = JSON.parse(readFileSync(new URL('update-samples.json', folder), 'utf8')) as {
      updates: Record<string, object>;
    };
    const kinds = Object.fromEntries(
      Object.entries(updates).map(([name, update]) => [
        name,
        readUpdate(JSON.stringify(update), later)!.update?.kind,
      ]),
    );
    expect(kinds).toEqual({
      start_deeplink: 'message',
      text: 'message',
      reply: 'message',
      edited: 'edited',
      photo: 'message',
      album_1: 'message',
      album_2: 'message',
      document: 'message',
      voice: 'message',
      contact: 'message',
      location: 'message',
      reaction_added: 'reacted',
      blocked: 'blocked',
      unblocked: 'blocked',
      callback: undefined,
      business_connection: undefined,
      business_message: undefined,
      deleted_business_messages: undefined,
      unknown_future_type: undefined,
    });
  });
});

it('[M1] of a photo the largest is taken, whatever their order', () => {
  const sizes = [
    { file_id: 'big', width: 1_280, height: 960, file_size: 90_000 },
    { file_id: 'small', width: 90, height: 67 },
  ];
  expect(said({ photo: sizes, caption: 'Broken' })).toMatchObject({
    text: 'Broken',
    file: { fileId: 'big', size: 90_000 },
  });
});

it('[E2] what nothing of ours can show is said to be that, and what nobody said is nothing', () => {
  expect(said({ poll: { id: '1', question: 'Which?' } })).toMatchObject({ text: '', unsupported: 'poll' });
  expect(said({ some_future_kind: {} })).toMatchObject({ unsupported: 'some future kind' });
  expect(said({ pinned_message: { message_id: 4 } })).toBeNull();
  expect(said({ sticker: { file_id: 's', emoji: '👍' } })).toMatchObject({ text: '👍 (a sticker)' });
});

it('[M1] groups, channels and other bots are none of our customers', () => {
  expect(said({ text: 'Hello', chat: { id: -100, type: 'supergroup' } })).toBeNull();
  expect(said({ text: 'Hello', from: { ...person, is_bot: true } })).toBeNull();
  expect(said({ text: 'Hello', from: undefined })).toBeNull();
});

it('[E4] what is said in a group is told from what is not understood: only the one is not kept', () => {
  const isOfGroup = (update: object) =>
    readUpdate(JSON.stringify({ update_id: 1, ...update }), later)!.isOfGroup;
  const group = { id: -100, type: 'supergroup' };
  expect(isOfGroup({ message: { message_id: 1, date: 1, chat: group, text: 'Hello' } })).toBe(true);
  expect(isOfGroup({ edited_message: { chat: group } })).toBe(true);
  expect(isOfGroup({ message_reaction: { chat: group } })).toBe(true);
  expect(isOfGroup({ message: { chat } })).toBe(false);
  expect(isOfGroup({ message: { message_id: 1, date: 1, chat, from: person, text: 'Hello' } })).toBe(false);
  expect(isOfGroup({ poll: {} })).toBe(false);
});

it('[M8] the press of Start carries what its link does', () => {
  expect(said({ text: '/start' })).toMatchObject({ start: '' });
  expect(said({ text: '/start abc-1-x' })).toMatchObject({ start: 'abc-1-x' });
  expect(said({ text: '/start@acme_bot abc' })).toMatchObject({ start: 'abc' });
  expect(said({ text: '/starting is hard' })).not.toHaveProperty('start');
});

it('[M1] what it answers is the part that was chosen of it, else all of it', () => {
  const answered = { message_id: 4, text: 'Which order?', date: 1, chat };
  expect(said({ text: 'This', reply_to_message: answered })).toMatchObject({
    quoted: { messageId: '4', text: 'Which order?' },
  });
  expect(said({ text: 'This', reply_to_message: answered, quote: { text: 'order' } })).toMatchObject({
    quoted: { messageId: '4', text: 'order' },
  });
});

it.each(['', '{', 'null', '[]', '{"message":{}}', '{"update_id":"1"}', '{"update_id":1.5}'])(
  '[E2] %j is no update',
  (body) => expect(readUpdate(body, later)).toBeNull(),
);

it('[E6] half a character becomes a whole one', () => {
  expect(said({ text: 'a\ud800b' })).toMatchObject({ text: 'a\ufffdb' });
});
