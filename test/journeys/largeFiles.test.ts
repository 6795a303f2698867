/** The way of a file over the wire, on a real desk, to the last byte that may be sent. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readShared } from '../../convex/readShared.setup.ts';
import { maxFileBytes, storedType } from '../../convex/shared/kit/limits.ts';
import { setUpDesk, startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let sessionToken: string;

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  const { operator, teamId } = await setUpDesk(desk);
  const [channel] = await readShared(operator, api.channels.list, { teamId });
  const { body } = await ask('sessions', { channel: channel!.publicId });
  sessionToken = String(body.sessionToken);
});
afterAll(() => desk?.dispose());

async function ask(path: string, body: object) {
  const answer = await fetch(`${desk.settings.siteUrl}/widget/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function uploadTo(url: string, bytes: Uint8Array<ArrayBuffer>, type = storedType) {
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': type }, body: bytes });
  return { status: answer.status, body: (await answer.json()) as { storageId: string; code?: string } };
}

const addressOf = async () => String((await ask('uploads', { sessionToken })).body.uploadUrl);

async function send(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<string> {
  const { body } = await uploadTo(await addressOf(), bytes, 'text/html');
  const kept = await ask('files', { sessionToken, storageId: body.storageId, name });
  expect(kept.status, JSON.stringify(kept.body)).toBe(201);
  return `${desk.settings.siteUrl}${(kept.body.file as { path: string }).path}`;
}

describe('files over the wire', () => {
  it.each([
    ['of 25 MB', maxFileBytes],
    ['that just fits into one answer', 19 * 1024 * 1024],
    ['that just does not', 19 * 1024 * 1024 + 1],
    ['of one byte', 1],
  ])('[E2] a file %s comes back byte for byte, and as nothing a browser shows', async (_, size) => {
    const bytes = new Uint8Array(randomBytes(size));
    const url = await send(bytes, 'film.html');
    const answer = await fetch(url);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(answer.headers.get('content-type')).toMatch(/^application\/(?:octet-stream|vnd\.baton\.file)$/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toMatch(/sandbox$/);
  });

  it('[E4] one byte more is refused before it is there', async () => {
    const { status, body } = await uploadTo(await addressOf(), new Uint8Array(maxFileBytes + 1));
    expect([status, body.code]).toEqual([413, 'FileTooLarge']);
  });

  it('[E4] an address takes one file', async () => {
    const url = await addressOf();
    expect((await uploadTo(url, new Uint8Array(9))).status).toBe(200);
    const again = await uploadTo(url, new Uint8Array(9));
    expect([again.status, again.body.code]).toEqual([403, 'UploadUrlUsed']);
  });
});
