import { expect, it } from 'vitest';
import * as ws from 'ws';
import { type FrameParts, joined, textFrame } from './textFrame.ts';

const { Receiver } = ws as unknown as {
  Receiver: new (options: { isServer: boolean }) => NodeJS.WritableStream;
};

/** What the library reads from the frames. */
function read(...frames: Buffer[]): string[] {
  const texts: string[] = [];
  const receiver = new Receiver({ isServer: false });
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    texts.push(isBinary ? 'binary' : data.toString()),
  );
  receiver.on('error', (error: Error) => texts.push(error.message));
  for (const frame of frames) receiver.write(frame);
  return texts;
}

it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
  '[engine W30] a frame of %i bytes is read as it was written',
  (size) => {
    expect(read(textFrame(['x'.repeat(size)]))).toEqual(['x'.repeat(size)]);
  },
);

it('[engine W30] text and bytes are put together in order, whatever their letters', () => {
  const parts: FrameParts = ['{"a":"', Buffer.from('é😀'), '","b":"ö"}', ''];
  expect(read(textFrame(parts), textFrame(['2']))).toEqual(['{"a":"é😀","b":"ö"}', '2']);
});

it('[engine W30] frames that begin alike are put together from one beginning', () => {
  const beginning = joined(['{"a":"', Buffer.from('é'), '"']);
  expect(read(textFrame([beginning, ',"b":1}']), textFrame([beginning, ',"b":2}']))).toEqual([
    '{"a":"é","b":1}',
    '{"a":"é","b":2}',
  ]);
});
