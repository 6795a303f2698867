/** Hostile and broken peers on the sync socket: only they are closed, everyone else is served. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { anyApi } from 'convex/server';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collectGarbage } from '../collectGarbage.ts';
import { startTestEngine, until, type TestEngine } from './harness.ts';

const SESSION_ID = '0f3b6c1e-1111-4222-8333-444455556666';
const api = anyApi as any;
let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine({ syncLimits: { maxFrameBytes: 1024 * 1024, stuckMs: 1_500, sweepMs: 100 } });
}, 60_000);
afterAll(() => test.stop());
afterEach(() => {
  expect(test.violations).toEqual([]);
  expect(test.errors).toEqual([]);
});

/** A socket after the WebSocket handshake, for frames no library would write. */
async function handshake(): Promise<Socket> {
  const socket = connect(test.engine.port, '127.0.0.1');
  socket.on('error', () => {});
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /api/1.49.0/sync HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
  );
  await new Promise((done) => socket.once('data', done));
  return socket;
}

/** One client frame: masked with zeros unless told otherwise. */
function frame(
  payload: Buffer,
  { opcode = 1, fin = true, rsv = 0, masked = true, length = payload.length } = {},
): Buffer {
  const first = (fin ? 0x80 : 0) | rsv | opcode;
  const mask = masked ? 0x80 : 0;
  const size =
    length < 126
      ? Buffer.from([mask | length])
      : length < 65_536
        ? Buffer.from([mask | 126, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([mask | 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([Buffer.from([first]), size, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The code the server closes with, or null if it just cuts the connection. */
function closeCode(socket: Socket): Promise<number | null> {
  return new Promise((done) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => (received = Buffer.concat([received, chunk])));
    socket.once('close', () => {
      const at = received.lastIndexOf(0x88);
      done(at < 0 || received.length < at + 4 ? null : received.readUInt16BE(at + 2));
    });
    setTimeout(() => socket.destroy(), 3_000).unref();
  });
}

/** A client that works the whole time and must never notice. */
async function bystander() {
  const client = test.client();
  const seen: number[] = [];
  client.onUpdate(api.counters.get, { name: 'bystander' }, (value) => seen.push(value as number));
  await until(() => seen.length > 0, 'the bystander is connected');
  let rounds = seen.at(-1)!;
  let slowestMs = 0;
  return {
    client,
    async isServed() {
      const begin = performance.now();
      expect(await client.mutation(api.counters.increment, { name: 'bystander' })).toBe(++rounds);
      expect(seen.at(-1)).toBe(rounds);
      slowestMs = Math.max(slowestMs, performance.now() - begin);
    },
    slowestMs: () => slowestMs,
  };
}

/** What is in use; the resident set also has what nobody needs any more. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('broken and hostile peers', () => {
  it('[engine W30] broken WebSocket frames close only their sender, with the code RFC 6455 names', async () => {
    const other = await bystander();
    const hello = Buffer.from(
      JSON.stringify({
        type: 'Connect',
        sessionId: SESSION_ID,
        connectionCount: 0,
        lastCloseReason: null,
        clientTs: 0,
      }),
    );
    const broken: [string, Buffer[], number[]][] = [
      ['reserved opcode', [frame(hello, { opcode: 3 })], [1002]],
      ['reserved control opcode', [frame(hello, { opcode: 11 })], [1002]],
      ['reserved bit', [frame(hello, { rsv: 0x40 })], [1002]],
      ['unmasked', [frame(hello, { masked: false })], [1002]],
      ['continuation of nothing', [frame(hello, { opcode: 0 })], [1002]],
      ['a new message inside a fragmented one', [frame(hello, { fin: false }), frame(hello)], [1002]],
      ['fragmented ping', [frame(Buffer.from('x'), { opcode: 9, fin: false })], [1002]],
      ['ping that is too long', [frame(Buffer.alloc(126), { opcode: 9 })], [1002]],
      ['invalid UTF-8', [frame(Buffer.from([0x22, 0xff, 0xfe, 0x22]))], [1007]],
      ['too large', [frame(Buffer.alloc(0), { length: 1024 * 1024 + 1 })], [1009]],
      [
        'fragments that grow too large',
        Array.from({ length: 20 }, (_, at) =>
          frame(Buffer.alloc(65_000, 32), { opcode: at ? 0 : 1, fin: false }),
        ),
        [1009],
      ],
      ['binary', [frame(hello, { opcode: 2 })], [1002]],
      ['not JSON', [frame(Buffer.from('{'))], [1002]],
      ['a close frame with half a code', [frame(Buffer.from([3]), { opcode: 8 })], [1002]],
    ];
    for (const [name, frames, codes] of broken) {
      const socket = await handshake();
      const closed = closeCode(socket);
      for (const bytes of frames) socket.write(bytes);
      expect([name, codes.includes((await closed)!)]).toEqual([name, true]);
      await other.isServed();
    }
  }, 60_000);

  it('[engine W31] thousands of mutated messages disturb nobody and leave nothing behind', async () => {
    const other = await bystander();
    const valid = [
      {
        type: 'Connect',
        sessionId: SESSION_ID,
        connectionCount: 0,
        lastCloseReason: 'InitialConnect',
        clientTs: 0,
      },
      { type: 'Authenticate', baseVersion: 0, tokenType: 'User', value: 'a.b.c' },
      {
        type: 'ModifyQuerySet',
        baseVersion: 0,
        newVersion: 1,
        modifications: [{ type: 'Add', queryId: 0, udfPath: 'counters:get', args: [{ name: 'x' }] }],
      },
      { type: 'Mutation', requestId: 0, udfPath: 'counters:increment', args: [{ name: 'fuzzed' }] },
      { type: 'Action', requestId: 1, udfPath: 'tools:none', args: [{}] },
      { type: 'Event', eventType: 'x', event: {} },
    ];
    const junk = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        -1,
        2 ** 53,
        1e308,
        '',
        '__proto__',
        [],
        {},
        true,
        'AAAAAAAAAAA=',
        '\ud800',
        'a:b:c',
        '../x',
        { $integer: 'x' },
        { $bytes: 1 },
      ),
      fc.jsonValue(),
    );
    const mutated = fc
      .record({
        at: fc.nat(valid.length - 1),
        path: fc.array(fc.nat(5), { maxLength: 4 }),
        junk,
        cut: fc.option(fc.nat(200)),
      })
      .map(({ at, path, junk, cut }) => {
        const message = structuredClone(valid[at]) as any;
        let target = message;
        for (const step of path.slice(0, -1)) {
          const keys = Object.keys(target);
          const next = target[keys[step % keys.length]!];
          if (typeof next === 'object' && next !== null && Object.keys(next).length > 0) target = next;
        }
        const keys = Object.keys(target);
        if (path.length > 0) target[keys[path.at(-1)! % keys.length]!] = junk;
        const text = JSON.stringify(message);
        return cut === null ? text : text.slice(0, cut);
      });
    const conversations = fc.sample(
      fc.tuple(fc.boolean(), fc.array(mutated, { minLength: 1, maxLength: 8 })),
      { numRuns: 800, seed: 20_261_123 },
    );
    let sent = 0;
    for (let at = 0; at < conversations.length; at += 40) {
      const batch = await Promise.all(
        conversations.slice(at, at + 40).map(async ([polite, messages]) => {
          const raw = await test.raw();
          if (polite) raw.hello();
          for (const message of messages) raw.say(message);
          sent += messages.length;
          return raw;
        }),
      );
      await other.isServed();
      for (const raw of batch) raw.close();
    }
    expect(sent).toBeGreaterThan(3_000);
    await other.isServed();
    await until(() => test.engine.backend.live.liveCount === 1, 'only the bystander subscribes to anything');
    expect(other.slowestMs()).toBeLessThan(1_000);
  }, 60_000);

  it('[engine W32] JSON nested ten thousand deep ends its socket and nothing else', async () => {
    const other = await bystander();
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    for (const message of [
      `{"type":"Mutation","requestId":0,"udfPath":"counters:increment","args":[{"name":${deep}}]}`,
      `{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add","queryId":0,"udfPath":"counters:get","args":[${deep}]}]}`,
    ]) {
      const raw = await test.raw();
      raw.hello();
      raw.say(message);
      expect((await raw.closed).code).toBe(1002);
      await other.isServed();
    }
    const raw = await test.raw();
    raw.hello();
    const sixtyFive = '['.repeat(65) + ']'.repeat(65);
    raw.say(
      `{"type":"Mutation","requestId":0,"udfPath":"counters:increment","args":[{"name":${sixtyFive}}]}`,
    );
    expect(await raw.frame((f) => f.type === 'MutationResponse')).toMatchObject({ success: false });
  });

  it('[engine W33] a client that never reads is dropped, holds little memory and slows nobody down', async () => {
    const other = await bystander();
    const writer = test.http();
    writer.setAuth(test.token('writer'));
    const body = 'x'.repeat(200_000);
    for (let at = 0; at < 3; at++) await writer.mutation(api.messages.send, { channel: 'slow', body });
    const blocked = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const socket = await handshake();
        const closed = new Promise<void>((done) => socket.once('close', () => done()));
        const hello = {
          type: 'Connect',
          sessionId: crypto.randomUUID(),
          connectionCount: 0,
          lastCloseReason: null,
          clientTs: 0,
        };
        const add = { type: 'Add', queryId: 0, udfPath: 'messages:list', args: [{ channel: 'slow' }] };
        socket.write(frame(Buffer.from(JSON.stringify(hello))));
        socket.write(
          frame(
            Buffer.from(
              JSON.stringify({ type: 'ModifyQuerySet', baseVersion: 0, newVersion: 1, modifications: [add] }),
            ),
          ),
        );
        socket.pause();
        return { socket, closed };
      }),
    );
    await until(() => test.engine.backend.live.liveCount >= 2, 'the slow clients subscribe');
    const before = heldBytes();
    for (let at = 0; at < 20; at++) {
      await writer.mutation(api.messages.send, { channel: 'slow', body: `${at}${body}` });
      await other.isServed();
    }
    // One answer of up to 5 MB for each of the ten, and what the live query itself holds.
    expect(heldBytes() - before).toBeLessThan(60 * 1024 * 1024);
    await until(() => test.engine.backend.live.liveCount === 1, 'they are dropped', 15_000);
    for (const { socket } of blocked) socket.destroy();
    expect(other.slowestMs()).toBeLessThan(1_000);
  }, 60_000);
});
