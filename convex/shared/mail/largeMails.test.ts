/** Rules M1, M5: of a mail that is too large to be read at once nothing is lost: its text, wherever it stands, and its files. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type ParsedMail, parseMail } from './parseMail';

const head = 'From: Jo <jo@customer.test>\r\nTo: help@in.shop.test\r\nSubject: Broken parcel\r\n';
const bytesOf = (count: number) => Uint8Array.from({ length: count }, (_, at) => (at * 7919) % 251);
/** As mail programs write it, 76 letters a line. */
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
const photo = (bytes: Uint8Array, name = 'p.jpg') =>
  `Content-Type: image/jpeg; name=${name}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=${name}\r\n\r\n${base64(bytes)}`;
const words = 'Content-Type: text/plain\r\n\r\nPlease see the picture.';
const many = (boundary: string, kind: string, ...parts: string[]) =>
  `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;

/** What is in no code is read line by line in a small mail, and byte by byte in a large one: their line ends differ. */
const sumOf = (bytes: Uint8Array) => {
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n').trimEnd();
  return createHash('sha256').update(text).digest('hex');
};
const plainly = ({ attachments, ...mail }: ParsedMail) => ({
  ...mail,
  attachments: attachments.map(({ bytes, ...each }) => ({ ...each, sum: sumOf(bytes) })),
});

const bytes = bytesOf(300_000);
const html = 'Content-Type: text/html\r\n\r\n<p>Please <b>see</b> it.</p>';
const attached = `Content-Type: message/rfc822\r\n\r\n${head}${many('inner', 'mixed', photo(bytes, 'inside.jpg'), 'Content-Type: text/plain\r\n\r\nNot what the sender says.')}`;

test.each([
  ['its text first', many('b', 'mixed', words, photo(bytes))],
  ['its text last', many('b', 'mixed', photo(bytes), photo(bytes.subarray(1), 'q.jpg'), words)],
  [
    'parts within parts',
    many(
      'b',
      'mixed',
      many('b-', 'related', photo(bytes), many('c', 'alternative', words, html)),
      photo(bytes),
    ),
  ],
  ['a mail attached', many('b', 'mixed', attached, words)],
  [
    'a file in no code',
    many(
      'b',
      'mixed',
      `Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n${'%PDF '.repeat(60_000)}`,
      words,
    ),
  ],
  [
    'a file in lines of its own',
    many(
      'b',
      'mixed',
      `Content-Type: text/csv\r\nContent-Disposition: attachment\r\n\r\n${'a;b\r\n'.repeat(30_000)}`,
      words,
    ),
  ],
  ['no end', `${many('b', 'mixed', words, photo(bytes)).slice(0, -8)}`],
  ['ends of lines as on Unix', many('b', 'mixed', photo(bytes), words).replaceAll('\r\n', '\n')],
  [
    'words around its parts',
    many('b', 'mixed', photo(bytes), words).replace('--b\r\n', 'This is a mail.\r\n--b\r\n'),
  ],
])('[M1] [M5] a large mail with %s is read as any other', async (_what, body) => {
  const raw = head + body;
  const read = await parseMail(raw, { mostBytes: 120_000 });
  expect(read.cut).toEqual([]);
  expect(read.text).toContain('Please');
  expect(plainly(read)).toEqual(plainly(await parseMail(raw)));
});

test('[M5] of a text without end the beginning is read, and its files are there', async () => {
  const raw =
    head +
    many(
      'b',
      'mixed',
      `Content-Type: text/plain\r\n\r\n${'word '.repeat(15).concat('\r\n').repeat(60_000)}`,
      photo(bytes),
    );
  const { text, attachments, cut } = await parseMail(raw, { mostBytes: 3_000_000 });
  expect(text.length).toBe(1024 * 1024);
  expect([cut, attachments.length]).toEqual([['text'], 1]);
});

test('[E4] a stranger’s word in place of a file names no file', async () => {
  const word = `${crypto.randomUUID()} 0 `;
  const raw = head + many('b', 'mixed', photo(new TextEncoder().encode(word), 'w.jpg'), photo(bytes), words);
  const { attachments } = await parseMail(raw, { mostBytes: 120_000 });
  expect(attachments.map((each) => each.bytes.length)).toEqual([word.length, bytes.length]);
});

// Seconds on a quiet machine; whatever grows with the square of the size takes longer than any machine is given here.
test('[E4] the largest mail is read in good time, and so are those of boundaries alone', async () => {
  const largest = await parseMail(head + many('b', 'mixed', photo(bytesOf(24 * 1024 * 1024)), words));
  expect([largest.text.trimEnd(), largest.attachments[0]!.bytes.length]).toEqual([
    'Please see the picture.',
    24 * 1024 * 1024,
  ]);
  const boundaries = Array.from(
    { length: 100_000 },
    (_, at) => `--b\r\nContent-Type: multipart/mixed; boundary=b${at}\r\n\r\nx\r\n`,
  );
  await parseMail(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${boundaries.join('')}`, {
    mostBytes: 1_000,
  });
  const dashes = '--a\r\n'.repeat(5_000_000);
  await parseMail(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${dashes}`);
}, 90_000);

test.each([
  ['on one line', '<p>Hello there', 'x'.repeat(2_200_000), '7bit'],
  ['on lines of three bytes a character', '<p>Hello there', '荷物が壊れました。\r\n'.repeat(90_000), '8bit'],
])(
  '[M1] [M5] a text of more than two megabytes, %s, keeps its beginning and says that it was cut',
  async (_, begins, goesOn, encoding) => {
    const long = `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${begins}${goesOn}`;
    const mail = `${head}${many('b', 'mixed', long, photo(bytes))}`;
    const { text, cut, attachments } = await parseMail(mail, { mostBytes: 2_300_000 });
    expect(text).toMatch(/^Hello there/);
    expect(cut.filter((what) => what === 'text' || what === 'html')).not.toEqual([]);
    expect(attachments.map(({ bytes: { length } }) => length)).toEqual([bytes.length]);
  },
);
