import { expect, test } from 'vitest';
import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { holdWriting, Writing, writingOf } from './writing';

const held = { refused: 'THREAD_MOVED', through: 9, newSince: [] } as ThreadMoved;

function start() {
  let made = 0;
  return new Writing(3, () => `id${made++}`);
}

test('[M2] each text leaves at once under its own id, however late the first is acknowledged', () => {
  const writing = start();
  writing.write('First', 4);
  const first = writing.take();
  writing.write('Second', 5);
  const second = writing.take();
  expect(first).toEqual({ text: 'First', mode: 'reply', clientMessageId: 'id0', seenThrough: 4 });
  expect(second).toEqual({ text: 'Second', mode: 'reply', clientMessageId: 'id1', seenThrough: 5 });
  expect(writing.now().text).toBe('');
});

test('[M2] sending twice in a row sends once, and blanks send nothing', () => {
  const writing = start();
  writing.write('  Once ', 1);
  expect(writing.take()?.text).toBe('Once');
  expect(writing.take()).toBeNull();
  writing.write(' \n ', 1);
  expect(writing.take()).toBeNull();
  expect(writing.now().text).toBe(' \n ');
});

test('[C9] a held reply comes back as it was, and what its author had seen stays what it was', () => {
  const writing = start();
  writing.write('On its way', 4);
  const outgoing = writing.take()!;
  writing.giveBack(outgoing, held);
  expect(writing.now()).toEqual({ text: 'On its way', mode: 'reply', held });
  expect(writing.take()).toEqual(outgoing);
});

test('[C9] whoever keeps editing has seen what the reply came back with', () => {
  const writing = start();
  writing.write('On its way', 4);
  writing.giveBack(writing.take()!, held);
  writing.keepEditing();
  expect(writing.now().held).toBeNull();
  expect(writing.take()?.seenThrough).toBe(9);
});

test('a draft kept from before goes out as read to what was on screen when the ticket was opened', () => {
  const writing = start();
  writing.load({ text: 'Kept', mode: 'reply' });
  expect(writing.take()).toMatchObject({ text: 'Kept', seenThrough: 3 });
});

test('[C5] a text that comes back overwrites nothing that was written meanwhile', () => {
  const writing = start();
  writing.write('First', 4);
  const first = writing.take()!;
  writing.write('Second', 6);
  writing.giveBack(first, held);
  expect(writing.now()).toEqual({ text: 'First\n\nSecond', mode: 'reply', held });
  // The joined text was written by somebody who had read no further than its older part.
  expect(writing.take()).toMatchObject({ text: 'First\n\nSecond', clientMessageId: 'id1', seenThrough: 4 });
});

test('[C5] several that come back stand in the order they were sent', () => {
  const writing = start();
  const sent = ['One', 'Two', 'Three'].map((text) => {
    writing.write(text, 1);
    return writing.take()!;
  });
  for (const outgoing of sent) writing.giveBack(outgoing);
  expect(writing.now().text).toBe('One\n\nTwo\n\nThree');
});

test('what was meant for the team alone never becomes part of a reply', () => {
  const writing = start();
  writing.setMode('note');
  writing.write('He sounds upset', 1);
  const note = writing.take()!;
  writing.setMode('reply');
  writing.write('Dear Jo', 1);
  writing.giveBack(note);
  expect(writing.now()).toMatchObject({ text: 'He sounds upset\n\nDear Jo', mode: 'note' });

  const other = start();
  other.write('Dear Jo', 1);
  const reply = other.take()!;
  other.setMode('note');
  other.write('He sounds upset', 1);
  other.giveBack(reply);
  expect(other.now().mode).toBe('note');
});

const kept = { text: 'From yesterday', mode: 'reply' as const };

test('the kept draft stands in the field until something is written, and follows what the desk keeps', () => {
  const writing = start();
  writing.load(null);
  expect(writing.now().text).toBe('');
  writing.load(kept);
  expect(writing.now()).toMatchObject(kept);
  writing.load({ text: 'In another tab', mode: 'note' });
  expect(writing.now()).toMatchObject({ text: 'In another tab', mode: 'note' });
  writing.load(null);
  expect(writing.now().text).toBe('');
});

test('the kept draft, coming late, stands before what is written already; later changes leave the field alone', () => {
  const writing = start();
  writing.write('From today', 1);
  writing.load(kept);
  expect(writing.now()).toMatchObject({ text: 'From yesterday\n\nFrom today', mode: 'reply' });
  writing.load({ text: 'From yesterday\n\nFr', mode: 'reply' });
  writing.load(null);
  expect(writing.now().text).toBe('From yesterday\n\nFrom today');
});

test('the kept draft, coming after a first text was sent, is back in the field', () => {
  const writing = start();
  writing.write('From today', 1);
  writing.take();
  writing.load(kept);
  expect(writing.now()).toMatchObject(kept);
});

test('the kept draft never turns a note that somebody has begun into a reply', () => {
  const chosen = start();
  chosen.setMode('note');
  chosen.load(kept);
  expect(chosen.now()).toMatchObject({ text: 'From yesterday', mode: 'note' });
  const written = start();
  written.setMode('note');
  written.write('For us', 1);
  written.load(kept);
  expect(written.now().mode).toBe('note');
});

test('who leaves while a text is on its way, and comes back, writes on in the same writing until the answer', () => {
  const writing = writingOf('a conversation', 1);
  const leave = holdWriting('a conversation', writing);
  writing.write('First', 1);
  const first = writing.take()!;
  const letGo = holdWriting('a conversation', writing);
  leave();
  const again = writingOf('a conversation', 2);
  const leaveAgain = holdWriting('a conversation', again);
  again.write('Second', 2);
  writing.giveBack(first);
  expect(again.now().text).toBe('First\n\nSecond');
  letGo();
  expect(writingOf('a conversation', 2)).toBe(again);
  leaveAgain();
  expect(writingOf('a conversation', 2)).not.toBe(again);
});
