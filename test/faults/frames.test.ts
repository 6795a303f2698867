/** A million frames no honest client would send, from hundreds of peers at a time, beside one that works. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startHost } from './host.ts';
import {
  count,
  deployedDir,
  figure,
  later,
  pause,
  percentile,
  randomOf,
  scaled,
  SEED,
  type Random,
} from './support.ts';
import { SyncPeer } from './syncPeer.ts';

const PER_PEER = 40;
const PEERS_AT_ONCE = 16;
const DEEP = '['.repeat(10_000) + ']'.repeat(10_000);

/** One client frame, masked, and where its parts are for those who break it. */
function frame(
  payload: Buffer,
  { opcode = 1, fin = true, rsv = 0, masked = true, claimed = payload.length } = {},
): Buffer {
  const head = [(fin ? 0x80 : 0) | rsv | opcode];
  const mask = masked ? 0x80 : 0;
  if (claimed < 126) head.push(mask | claimed);
  else if (claimed < 65_536) head.push(mask | 126, claimed >> 8, claimed & 255);
  else
    head.push(
      mask | 127,
      0,
      0,
      0,
      0,
      claimed >>> 24,
      (claimed >> 16) & 255,
      (claimed >> 8) & 255,
      claimed & 255,
    );
  return Buffer.concat([Buffer.from(head), masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

const text = (message: object | string): Buffer =>
  frame(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));

const JUNK: unknown[] = [
  null,
  -1,
  2 ** 53,
  1e308,
  '',
  '__proto__',
  'constructor',
  [],
  {},
  true,
  '\ud800',
  'a:b:c',
  '../x',
  '_system/frontend/x',
  { $integer: 'x' },
  { $bytes: '!' },
  { $float: 'AAAAAAAA8H8=' },
  { $set: [] },
  { constructor: { prototype: null } },
  [[[[[[]]]]]],
  'x'.repeat(5_000),
];

/** What the recorded frames of an honest client look like. */
function recorded(step: number): Record<string, any>[] {
  const add = { type: 'Add', queryId: step, udfPath: 'ledger:count', args: [{ caller: 'fuzz' }] };
  return [
    { type: 'Mutation', requestId: step, udfPath: 'ledger:echo', args: [{ value: { list: [1, 'a'] } }] },
    { type: 'Action', requestId: step, udfPath: 'ledger:echo', args: [{ value: 1 }] },
    { type: 'ModifyQuerySet', baseVersion: step, newVersion: step + 1, modifications: [add] },
    { type: 'Event', eventType: 'x', event: { at: step } },
  ];
}

function replaceSomewhere(value: any, random: Random): any {
  const keys = value !== null && typeof value === 'object' ? Object.keys(value as object) : [];
  if (keys.length === 0 || random(4) === 0) return JUNK[random(JUNK.length)];
  const key = keys[random(keys.length)]!;
  value[key] = replaceSomewhere(value[key], random);
  return value;
}

/** Mutated where the protocol leaves it to the function: arguments, paths, events. The peer stays. */
function gentle(step: { set: number; request: number }, random: Random): Buffer {
  const kind = random(4);
  const message = recorded(kind === 2 ? step.set++ : step.request++)[kind]!;
  if (message.type === 'Event') message.event = replaceSomewhere(message.event, random);
  else {
    const call = message.modifications?.[0] ?? message;
    if (random(5) === 0) call.udfPath = String(JUNK[random(JUNK.length)]);
    else call.args = [replaceSomewhere(call.args[0], random)];
  }
  return text(message);
}

/** Mutated anywhere. Most of these cost the peer its connection. */
function nasty(random: Random): Buffer {
  const message = recorded(random(100))[random(4)]!;
  const bytes = Buffer.from(JSON.stringify(message));
  switch (random(12)) {
    case 0:
      return frame(Buffer.concat([bytes, Buffer.from([0xc3, 0x28])]));
    case 1:
      return frame(bytes, { opcode: 3 + random(5) });
    case 2:
      return frame(bytes, { opcode: 11 + random(5) });
    case 3:
      return frame(bytes, { rsv: 0x10 << random(3) });
    case 4:
      return frame(bytes, { masked: false });
    case 5:
      return frame(bytes, { claimed: 0x7fff_ffff });
    case 6:
      return frame(bytes.subarray(0, random(bytes.length)));
    case 7:
      return text(`{"type":"Mutation","requestId":0,"udfPath":"ledger:append","args":[${DEEP}]}`);
    case 8:
      return Buffer.concat([frame(bytes, { fin: false }), frame(bytes)]);
    case 9: {
      const copy = Buffer.from(bytes);
      for (let flips = 1 + random(4); flips > 0; flips--) copy[random(copy.length)]! ^= 1 << random(8);
      return frame(copy);
    }
    case 10:
      return frame(Buffer.from([3, random(256), 0xff]), { opcode: 8 });
    default:
      return text(replaceSomewhere(message, random) as object);
  }
}

function handshake(path: string): string {
  const key = randomBytes(16).toString('base64');
  return `GET ${path} HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`;
}

/** Resolves when the server has taken all of it: it answered the ping behind it, or cut the peer off. */
function peer(port: number, random: Random): Promise<'closed' | 'served'> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const sessionId = crypto.randomUUID();
  const hello = { type: 'Connect', sessionId, connectionCount: 0, lastCloseReason: null, clientTs: 0 };
  const step = { set: 0, request: 0 };
  const frames = [text(hello)];
  while (frames.length < PER_PEER - 1) frames.push(gentle(step, random));
  if (random(4) > 0) frames.push(nasty(random));
  // A version sent on purpose in the middle of a path that is none.
  const path = random(50) === 0 ? '/api/0.0.0-x/sync' : '/api/1.49.0/sync';
  const marker = frame(Buffer.from('done'), { opcode: 9 });
  socket.write(handshake(path));
  return new Promise((resolve) => {
    const end = (how: 'closed' | 'served') => {
      clearTimeout(timer);
      socket.destroy();
      resolve(how);
    };
    const timer = setTimeout(() => end('closed'), 10_000);
    socket.once('data', () => {
      socket.write(Buffer.concat([...frames, marker]));
      socket.on('data', (chunk) => {
        // Everything the server says is ASCII but the first bytes of its frames: 0x8a is its pong, 0x88 its goodbye.
        if (chunk.includes(Buffer.from('\x8a\x04done', 'latin1'))) end('served');
        else if (chunk.includes(0x88)) end('closed');
      });
    });
    socket.once('close', () => end('closed'));
  });
}

it('[engine W30] [engine W31] [engine W32] a million mutated frames end nobody but their senders and leave nothing behind', async () => {
  const total = scaled(1_000_000, 40_000);
  const random = randomOf(SEED);
  const engine = await startHost(deployedDir());
  const port = Number(new URL(engine.url).port);
  const honest = new SyncPeer(engine.url, [{ udfPath: 'ledger:count', args: { caller: 'honest' } }]);
  later(() => honest.close());
  honest.connect();
  let running = true;
  const waits: number[] = [];
  const wrong: unknown[] = [];
  const work = (async () => {
    for (let n = 0; running; n++) {
      const startedAt = performance.now();
      const { ok, value } = await honest.mutate('ledger:append', { caller: 'honest', n, pad: '' });
      waits.push(performance.now() - startedAt);
      if (!ok || value !== n + 1) wrong.push(value);
      await pause(25);
    }
  })();
  let sent = 0;
  let closed = 0;
  let peers = 0;
  const send = async (until: number): Promise<void> => {
    const lane = async (): Promise<void> => {
      while (sent < until) {
        sent += PER_PEER;
        peers++;
        if ((await peer(port, random)) === 'closed') closed++;
      }
    };
    await Promise.all(Array.from({ length: PEERS_AT_ONCE }, lane));
    await pause(1_000);
  };
  // The first ones fill what is bounded: the log, caches, the heap's own room.
  await send(Math.max(25_000, total / 5));
  const before = await engine.inside(true);
  await send(total);
  const after = await engine.inside(true);
  running = false;
  await work;
  const mb = (bytes: number) => Math.round(bytes / 1024 / 1024);
  figure(
    `mutated frames: ${count(sent)} from ${count(peers)} peers, 0 crashes, ${count(closed)} peers cut off, honest peer p99 ${Math.round(percentile(waits, 0.99))} ms, ` +
      `longest ${Math.round(percentile(waits, 1))} ms of ${count(waits.length)} mutations, heap ${mb(before.heapUsed)} -> ${mb(after.heapUsed)} MB, RSS ${mb(before.rss)} -> ${mb(after.rss)} MB`,
  );
  expect(engine.child.exitCode).toBe(null);
  expect(engine.output().replace(/Ready: .*\n/, '')).toBe('');
  expect([wrong, honest.complaints, honest.connections]).toEqual([[], [], 1]);
  expect(closed).toBeGreaterThan(peers / 3);
  expect(percentile(waits, 1)).toBeLessThan(2_000);
  expect([after.sockets, after.live]).toEqual([before.sockets, 1]);
  expect(after.heapUsed).toBeLessThan(before.heapUsed * 1.1);
  // SQLite may fill its page cache of 64 MB meanwhile: the answers of sessions are rows.
  expect(after.rss).toBeLessThan(before.rss * 1.1 + 64 * 1024 * 1024);
});
