/** A migration that fails: on data of version 1 with a conversation that nobody holds, which no desk ever wrote. */
import { afterAll, expect, test } from 'vitest';
import { Folder } from './folder.ts';
import { rowsOf } from './people.ts';

const folder = new Folder('1');
const { conversations } = folder.contents;
afterAll(() => folder.remove());

test('a migration that fails stops the start with a sentence, keeps the data, and is made when it can be', async () => {
  const before = { deadlines: rowsOf(folder, 'answerDeadlines'), entries: rowsOf(folder, 'entries') };
  const lost = rowsOf(folder, 'controls').find(
    ({ conversationId }) => conversationId === conversations.owed,
  )!;
  const { _id, _creationTime, ...fields } = lost;
  await folder.edit((db) => void db.remove(_id));

  await expect(folder.start('desk')).rejects.toThrow(
    `The data could not be brought up to date, so Baton has not started. migrations/from1/data:answers failed: Conversation ${conversations.owed} has no control record`,
  );
  // Of the batch nothing is done; what was done before it is kept.
  expect(rowsOf(folder, 'answerDeadlines')).toEqual(before.deadlines);
  expect(rowsOf(folder, 'entries')).toEqual(before.entries);
  expect(rowsOf(folder, 'agentRuns').filter(({ number }) => number === undefined)).toEqual([]);

  await folder.edit((db) => void db.insert('controls', fields));
  const desk = await folder.start('desk');
  expect(desk.lines).toHaveLength(1);
  await desk.stop();
  expect(rowsOf(folder, 'answerDeadlines')).toEqual([]);
  const head = rowsOf(folder, 'threadHeads').find(
    ({ conversationId }) => conversationId === conversations.owed,
  );
  expect(head?.answerDueAt).toBe(
    Math.min(
      ...before.deadlines
        .filter(({ conversationId }) => conversationId === conversations.owed)
        .map(({ dueAt }) => dueAt),
    ),
  );
}, 120_000);
