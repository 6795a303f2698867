import { expect, test, vi } from 'vitest';
import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { trayOf } from './fileTray';
import { leftUnsent } from '../../lib/leftUnsent';
import { clearUnsent, unsentOf } from '../../lib/unsent';
import { holdWriting, type Kept, Writing, writingOf } from './writing';

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
  expect(second).toEqual({ text: 'Second', mode: 'reply', clientMessageId: 'id2', seenThrough: 5 });
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

test('[M2] files go out without a word, and what comes back of them leaves no empty lines', () => {
  const writing = start();
  expect(writing.take()).toBeNull();
  const outgoing = writing.take(true)!;
  expect(outgoing).toMatchObject({ text: '', mode: 'reply', clientMessageId: 'id0' });
  writing.write('Written since', 4);
  writing.giveBack(outgoing);
  expect(writing.now().text).toBe('Written since');
});

test('[C9] a held reply comes back as it was, and what its author had seen stays what it was', () => {
  const writing = start();
  writing.write('On its way', 4);
  const outgoing = writing.take()!;
  writing.giveBack(outgoing, held);
  expect(writing.now()).toMatchObject({ text: 'On its way', mode: 'reply', held });
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
  writing.load(keptAs({ reply: 'Kept' }));
  expect(writing.take()).toMatchObject({ text: 'Kept', seenThrough: 3 });
});

test('[C5] a text that comes back overwrites nothing that was written meanwhile', () => {
  const writing = start();
  writing.write('First', 4);
  const first = writing.take()!;
  writing.write('Second', 6);
  writing.giveBack(first, held);
  expect(writing.now()).toMatchObject({ text: 'First\n\nSecond', mode: 'reply', held });
  // The joined text was written by somebody who had read no further than its older part.
  expect(writing.take()).toMatchObject({ text: 'First\n\nSecond', clientMessageId: 'id2', seenThrough: 4 });
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

test('[C5] reply and note are two texts: none becomes part of the other, whatever is pressed, sent or comes back', () => {
  const writing = start();
  writing.setMode('note');
  writing.write('He sounds upset', 1);
  writing.setMode('reply');
  expect(writing.now().text).toBe('');
  writing.write('Dear Jo', 1);
  writing.setMode('note');
  expect(writing.now()).toMatchObject({ text: 'He sounds upset', reply: 'Dear Jo', note: 'He sounds upset' });
  const note = writing.take()!;
  expect(note).toMatchObject({ text: 'He sounds upset', mode: 'note' });
  writing.setMode('reply');
  writing.giveBack(note);
  expect(writing.now()).toMatchObject({ text: 'Dear Jo', mode: 'reply', note: 'He sounds upset' });
});

test('a text that comes back is in front, unless something else is being written', () => {
  const writing = start();
  writing.write('Dear Jo', 1);
  const reply = writing.take()!;
  writing.setMode('note');
  writing.giveBack(reply, held);
  expect(writing.now()).toMatchObject({ text: 'Dear Jo', mode: 'reply', held });
  writing.setMode('note');
  writing.setMode('reply');
  expect(writing.now().held).toBe(held);
});

const keptAs = (kept: Partial<Kept>): Kept => ({ reply: '', note: '', mode: 'reply', ...kept });
const kept = keptAs({ reply: 'From yesterday' });

test('the kept drafts stand in the field until something is written, and follow what the desk keeps', () => {
  const writing = start();
  writing.load(keptAs({}));
  expect(writing.now().text).toBe('');
  writing.load(kept);
  expect(writing.now()).toMatchObject({ text: 'From yesterday', mode: 'reply' });
  writing.load(keptAs({ note: 'In another tab', mode: 'note' }));
  expect(writing.now()).toMatchObject({ text: 'In another tab', mode: 'note', reply: '' });
  writing.load(keptAs({}));
  expect(writing.now().text).toBe('');
});

test('a kept draft, coming late, stands before what is written already; later changes leave the field alone', () => {
  const writing = start();
  writing.write('From today', 1);
  writing.load(kept);
  expect(writing.now()).toMatchObject({ text: 'From yesterday\n\nFrom today', mode: 'reply' });
  writing.load(keptAs({ reply: 'From yesterday\n\nFr' }));
  writing.load(keptAs({}));
  expect(writing.now().text).toBe('From yesterday\n\nFrom today');
});

test('a kept draft, coming after a first text was sent, is back in the field', () => {
  const writing = start();
  writing.write('From today', 1);
  writing.take();
  writing.load(kept);
  expect(writing.now()).toMatchObject({ text: 'From yesterday', mode: 'reply' });
});

test('a kept draft never turns what somebody has chosen or begun to write into the other', () => {
  const chosen = start();
  chosen.setMode('note');
  chosen.load(kept);
  expect(chosen.now()).toMatchObject({ text: '', mode: 'note', reply: 'From yesterday' });
  const begun = start();
  begun.write('Dear Jo', 1);
  begun.load(keptAs({ note: 'For us', mode: 'note' }));
  expect(begun.now()).toMatchObject({ text: 'Dear Jo', mode: 'reply', note: 'For us' });
});

const whose = { memberId: 'mia', conversationId: 'a conversation' };

test('who leaves while a text is on its way, and comes back, writes on in the same writing until the answer', () => {
  const writing = writingOf(whose, 1);
  const leave = holdWriting(whose, writing);
  writing.write('First', 1);
  const first = writing.take()!;
  const letGo = holdWriting(whose, writing);
  leave();
  const again = writingOf(whose, 2);
  const leaveAgain = holdWriting(whose, again);
  again.write('Second', 2);
  writing.giveBack(first);
  expect(again.now().text).toBe('First\n\nSecond');
  letGo();
  expect(writingOf(whose, 2)).toBe(again);
  leaveAgain();
  expect(writingOf(whose, 2)).not.toBe(again);
});

test('[E5] who signs in on the page of another finds nothing of what they were writing', () => {
  const next = { ...whose, memberId: 'jonas' };
  const letGo = holdWriting(whose, writingOf(whose, 1));
  expect(writingOf(next, 1)).not.toBe(writingOf(whose, 1));
  letGo();
  expect(trayOf(whose, String)).toBe(trayOf(whose, String));
  expect(trayOf(next, String)).not.toBe(trayOf(whose, String));
});

test('[E5] what is kept on the browser is its author’s alone, and gone once they have signed out', async () => {
  const stored: Record<string, string> = {};
  vi.stubGlobal(
    'localStorage',
    Object.defineProperties(stored, {
      getItem: { value: (key: string) => stored[key] ?? null },
      setItem: { value: (key: string, text: string) => void (stored[key] = text) },
      removeItem: { value: (key: string) => delete stored[key] },
    }),
  );
  vi.stubGlobal('navigator', { locks: { query: async () => ({ held: [] }) } });
  const unsent = unsentOf(whose.memberId, whose.conversationId);
  const leftOf = (memberId: string) => leftUnsent(`${memberId}.`, { claim: false });
  unsent.keep('reply', { mode: 'reply', text: 'Between us', number: 7 });
  expect(await leftOf(whose.memberId)).toEqual([]);
  // As if another tab had written it, which is gone.
  for (const [key, text] of Object.entries(stored))
    stored[key] = JSON.stringify({ ...(JSON.parse(text) as object), tab: 'gone' });
  expect(await leftOf('jonas')).toEqual([]);
  expect(await leftOf(whose.memberId)).toMatchObject([{ text: 'Between us', number: 7 }]);
  clearUnsent();
  expect(Object.keys(stored)).toEqual([]);
  unsent.keep('reply', { mode: 'reply', text: 'Too late', number: 7 });
  expect(Object.keys(stored)).toEqual([]);
  vi.unstubAllGlobals();
});

const sent = { clientMessageId: 'before', seenThrough: 2 };

test('[M2] what was sent and never arrived is back under its id, and under another once it is changed', () => {
  const writing = start();
  writing.load(keptAs({ reply: 'Dear Car' }));
  writing.putBack([{ mode: 'reply', text: 'Dear Carla', base: '', sent }]);
  expect(writing.now()).toMatchObject({ text: 'Dear Carla', isBack: true });
  expect(writing.take()).toMatchObject({ text: 'Dear Carla', ...sent });
  expect(writing.now().isBack).toBe(false);
  writing.putBack([{ mode: 'reply', text: 'Dear Carla', sent }]);
  writing.write('Dear Carla, sorry', 5);
  expect(writing.take()?.clientMessageId).not.toBe('before');
});

test.each([
  ['First answer', 'Second answer'],
  ['Yes', 'Yes, on Monday'],
  ['Once more', 'Once more'],
])('[M2] of two that were sent and never arrived, “%s” and “%s”, both are back', (first, second) => {
  const [one, other] = [{ ...sent }, { ...sent, clientMessageId: 'after' }];
  for (const draft of ['', first]) {
    const writing = start();
    writing.load(keptAs({ reply: draft }));
    writing.putBack([
      { mode: 'reply', text: first, base: draft, sent: one },
      { mode: 'reply', text: second, base: draft, sent: other },
    ]);
    expect(writing.now().reply).toBe(`${first}\n\n${second}`);
  }
});

test('[C5] what was left takes the place of the draft it was made from, and overwrites no other', () => {
  const backOver = (draft: string, base: string | undefined, text: string) => {
    const writing = start();
    writing.load(keptAs({ reply: draft }));
    writing.putBack([{ mode: 'reply', text, base }]);
    return writing.now().reply;
  };
  expect(backOver('Hello world', 'Hello world', 'Hi')).toBe('Hi');
  expect(backOver('Hello', 'Hello', '')).toBe('');
  expect(backOver('From my phone', 'Hello', 'Hi')).toBe('From my phone\n\nHi');
  expect(backOver('From my phone', 'Hello', '')).toBe('From my phone');
  expect(backOver('Hello wor', 'Hel', 'Hello world')).toBe('Hello world');
  expect(backOver('Hello world', 'Hel', 'Hello world')).toBe('Hello world');
});

test('[C5] what is typed before it is put back stays, and what was written last is in front', () => {
  const writing = start();
  writing.load(keptAs({ reply: 'Dear Carla' }));
  writing.putBack([
    { mode: 'reply', text: 'Dear Carla,' },
    { mode: 'note', text: 'rude' },
  ]);
  expect(writing.now()).toMatchObject({ mode: 'note', reply: 'Dear Carla,', note: 'rude', isBack: false });
  const busy = start();
  busy.load(keptAs({}));
  busy.write('New', 3);
  busy.putBack([{ mode: 'reply', text: 'Old', base: '', sent }]);
  expect(busy.now().reply).toBe('New\n\nOld');
});
