import { expect, test } from 'vitest';
import { maxFileBytes } from '../../../convex/shared/kit/limits';
import type { Attached } from '../../convex/attachments';
import { attachedOf, FileTray } from './fileTray';

const file = (name: string, size = 3) => ({ name, size }) as File;
const attached = ({ name, size }: File): Attached => ({
  attachmentId: `id of ${name}` as Attached['attachmentId'],
  file: { name, size, contentType: 'application/octet-stream', isImage: false, path: `/files/x/${name}` },
});
const stored = (given: File) => Promise.resolve(attached(given));
const settled = () => new Promise((done) => setTimeout(done));
const start = () => new FileTray((error) => String(error));
const states = (tray: FileTray) => tray.now().reply.map(({ name, state }) => `${name} ${state}`);

test('nothing goes out while a file is on its way or has failed', async () => {
  const tray = start();
  let arrive: (given: Attached) => void = () => {};
  tray.add('reply', [file('slow')], () => new Promise((done) => (arrive = done)));
  expect(tray.hindrance('reply')).toMatch(/still being uploaded/);
  expect(tray.hindrance('note')).toBeNull();
  arrive(attached(file('slow')));
  await settled();
  expect(tray.hindrance('reply')).toBeNull();
  tray.add('reply', [file('bad')], () => Promise.reject(new Error('no')));
  await settled();
  expect(tray.hindrance('reply')).toMatch(/not uploaded/);
  const { id } = tray.now().reply[1]!;
  tray.retry(id, stored);
  await settled();
  expect(states(tray)).toEqual(['slow ready', 'bad ready']);
  expect(tray.hindrance('reply')).toBeNull();
});

test('[C5] files that did not go out come back before those that were chosen since', async () => {
  const tray = start();
  tray.add('reply', [file('one'), file('two')], stored);
  await settled();
  const taken = tray.take('reply');
  expect(attachedOf(taken).map(({ attachmentId }) => attachmentId)).toEqual(['id of one', 'id of two']);
  expect(tray.has('reply')).toBe(false);
  tray.add('reply', [file('three')], stored);
  await settled();
  tray.giveBack('reply', taken);
  expect(states(tray)).toEqual(['one ready', 'two ready', 'three ready']);
});

test('[C5] files of several texts that did not go out come back in the order they were sent', async () => {
  const tray = start();
  const sent = ['one', 'two', 'three'].map((name) => {
    tray.add('reply', [file(name)], stored);
    return tray.take('reply');
  });
  tray.add('reply', [file('later')], stored);
  await settled();
  for (const taken of sent) tray.giveBack('reply', taken);
  expect(tray.now().reply.map(({ name }) => name)).toEqual(['one', 'two', 'three', 'later']);
});

test('[E4] a tray that is over full since files came back takes none more', () => {
  const tray = start();
  const ten = (from: number) => Array.from({ length: 10 }, (_, at) => file(`${from + at}`));
  tray.add('reply', ten(0), stored);
  const taken = tray.take('reply');
  tray.add('reply', ten(10), stored);
  tray.giveBack('reply', taken);
  expect(tray.add('reply', [...ten(20), ...ten(30)], stored)).toMatch(/at most 10/);
  expect(tray.now().reply).toHaveLength(20);
});

test('a file belongs to the reply or the note it was chosen for', async () => {
  const tray = start();
  tray.add('note', [file('inside')], stored);
  await settled();
  expect(tray.has('reply')).toBe(false);
  expect(tray.take('reply')).toEqual([]);
  expect(attachedOf(tray.take('note'))).toHaveLength(1);
});

test('[E4] what can never be taken is said at once, is not sent anywhere and cannot be tried again', () => {
  const tray = start();
  let sent = 0;
  const count = () => (sent++, new Promise<Attached>(() => {}));
  tray.add('reply', [file('empty', 0), file('huge', maxFileBytes + 1), file('most', maxFileBytes)], count);
  expect(states(tray)).toEqual(['empty failed', 'huge failed', 'most uploading']);
  expect(sent).toBe(1);
  expect(tray.now().reply.map(({ id }) => tray.canRetry(id))).toEqual([false, false, true]);
});

test('[E4] a message takes ten files, and says so', () => {
  const tray = start();
  const files = Array.from({ length: 11 }, (_, at) => file(`${at}`));
  expect(tray.add('reply', files.slice(1), stored)).toBeNull();
  expect(tray.add('reply', files.slice(0, 1), stored)).toMatch(/at most 10/);
  expect(tray.now().reply).toHaveLength(10);
});

test('what is no longer kept for its message is marked, holds the message back and can be uploaded again', async () => {
  const tray = start();
  tray.add('reply', [file('old'), file('new')], stored);
  await settled();
  const taken = tray.take('reply');
  tray.giveBack('reply', taken, [0]);
  expect(states(tray)).toEqual(['old failed', 'new ready']);
  expect(tray.now().reply[0]!.failure).toMatch(/no longer kept/);
  expect(tray.hindrance('reply')).not.toBeNull();
  const { id } = tray.now().reply[0]!;
  expect(tray.canRetry(id)).toBe(true);
  tray.retry(id, stored);
  await settled();
  expect(states(tray)).toEqual(['old ready', 'new ready']);
});

test('what is removed while it is on its way stays removed', async () => {
  const tray = start();
  tray.add('reply', [file('gone'), file('kept')], stored);
  expect(tray.remove(tray.now().reply[0]!.id)).toBeUndefined();
  await settled();
  expect(states(tray)).toEqual(['kept ready']);
  expect(tray.remove(tray.now().reply[0]!.id)?.attachmentId).toBe('id of kept');
});
