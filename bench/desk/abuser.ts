/**
 * A thread that abuses one public edge of a desk at its limit until it is ended: what it costs is then not the bystander's. Started by
 * rows/bystander.ts with the name of the edge.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { maxArgsCharacters } from '../../convex/shared/kit/limits.ts';
import { EDGES } from '../../engine/values/edges.ts';
import type { EdgeName, Target } from './abused.ts';

type Headers = Record<string, string>;

const { target, edge, callers } = workerData as { target: Target; edge: EdgeName; callers: number };
const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
const signedIn: Headers = { authorization: `Bearer ${target.token}` };
const withKey: Headers = { authorization: `Bearer ${target.agentKey}` };

function send(address: string, body: string | null, headers: Headers = {}, method = 'POST'): Promise<void> {
  return new Promise((done) => {
    const json = { 'content-type': 'application/json', ...headers };
    const asked = request(address, { method, agent, headers: json });
    asked.once('error', () => done()).once('response', (response) => response.resume().once('close', done));
    asked.end(body ?? undefined);
  });
}

const call = (path: string, args: unknown, kind = 'query') => ({
  address: `${target.url}/api/${kind}`,
  body: JSON.stringify({ path, args, format: 'json' }),
});

/** So many at a time, for ever. */
function loop(count: number, once: (caller: number) => Promise<unknown>): void {
  const again = async (caller: number): Promise<never> => {
    for (;;) await once(caller);
  };
  for (let caller = 0; caller < count; caller++) void again(caller);
}

const repeated = (address: string, body: string | null, headers?: Headers, method?: string) => () =>
  loop(callers, () => send(address, body, headers, method));

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const structure = (parts: number) => Array.from({ length: parts / 1_000 }, () => Array(999).fill(1));
const text = (bytes: number) => 'x'.repeat(bytes);
const half = 'POST /api/mutation HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{';

function sockets(count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(target.url);
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((done) => {
          const socket = connect(Number(port), hostname, () => done(socket));
          socket.on('error', () => done(socket)).resume();
        }),
    ),
  );
}

async function onSocket(
  speak: (say: (message: object) => void) => Promise<void>,
  token?: string,
): Promise<void> {
  const ws = new WebSocket(`${target.url.replace('http', 'ws')}/api/1.49.0/sync`);
  await new Promise((done) => ws.once('open', done).once('error', done));
  ws.on('error', () => {});
  const say = (message: object) => ws.send(JSON.stringify(message));
  say({
    type: 'Connect',
    sessionId: randomUUID(),
    connectionCount: 0,
    lastCloseReason: null,
    clientTs: Date.now(),
  });
  if (token) say({ type: 'Authenticate', baseVersion: 0, tokenType: 'User', value: token });
  await speak(say);
  ws.terminate();
}

async function subscribe(say: (message: object) => void, count: number): Promise<void> {
  for (let id = 0, version = 0; id < count; version++) {
    const modifications = Array.from({ length: 400 }, () => ({
      type: 'Add',
      queryId: id++,
      udfPath: 'setup:state',
      args: [{}],
    }));
    say({ type: 'ModifyQuerySet', baseVersion: version, newVersion: version + 1, modifications });
    await pause(1);
  }
}

const framesOf = (words: string) =>
  loop(4, () =>
    onSocket(async (say) => {
      for (let at = 0; at < 8; at++) {
        say(mutation({ text: words, clientMessageId: 'x' }, at));
        await pause(20);
      }
    }, target.token),
  );

/** Letters of three bytes; what is beside the text has its room. */
const atLimit = 'ก'.repeat(maxArgsCharacters - 1_000);
const small = call('setup:state', {});
const mutation = (args: object, requestId: number) => ({
  type: 'Mutation',
  requestId,
  udfPath: 'web:send',
  args: [args],
});
const saying = (at: number) =>
  `${target.siteUrl}/api/v1/conversations/${target.conversationIds[at % target.conversationIds.length]}/customer-messages`;

const edges: Record<EdgeName, () => void> = {
  'a query': repeated(small.address, small.body),
  "a stranger's body of structure": repeated(
    small.address,
    call('setup:state', { a: structure(25_000) }).body,
  ),
  'a body of the signed in, all text': repeated(
    small.address,
    call('setup:state', { a: text(4_000_000) }).body,
    signedIn,
  ),
  'a body of the signed in, all text, at the limit': repeated(
    small.address,
    call('setup:state', { a: atLimit }).body,
    signedIn,
  ),
  'a body of the signed in, all structure': repeated(
    small.address,
    call('setup:state', { a: structure(19_000) }).body,
    signedIn,
  ),
  'a body that is too large': repeated(
    small.address,
    call('setup:state', { a: text(8_000_000) }).body,
    signedIn,
  ),
  'a batch': repeated(
    `${target.url}/api/query_batch`,
    JSON.stringify({ queries: Array(EDGES.batch.most).fill({ path: 'setup:state', args: {} }) }),
    signedIn,
  ),
  'a long URL': repeated(`${target.url}/api/query?path=${text(EDGES.url.most - 100)}`, null, {}, 'GET'),
  'a mutation that is refused': repeated(
    `${target.url}/api/mutation`,
    call('web:send', { text: 'x', clientMessageId: 'x' }).body,
  ),
  'a mutation of the signed in': repeated(
    `${target.url}/api/mutation`,
    call('members:heartbeat', { teamId: target.teamId, sessionId: 'abuse', idleMs: 0 }).body,
    signedIn,
  ),
  'a sign-in': repeated(
    `${target.url}/api/action`,
    call('auth:signIn', {
      provider: 'password',
      params: { flow: 'signIn', email: 'a@b.example', password: 'wrong words here' },
    }).body,
  ),
  'half bodies': () =>
    loop(1, async () => {
      const open = await sockets(1_500);
      for (const socket of open) socket.write(half);
      await pause(200);
      for (const socket of open) socket.destroy();
    }),
  connections: () =>
    loop(1, async () => {
      for (const socket of await sockets(1_000)) socket.destroy();
    }),
  'subscriptions that leave': () => loop(2, () => onSocket((say) => subscribe(say, 10_000))),
  'frames of a stranger': () =>
    loop(8, () =>
      onSocket(async (say) => {
        for (let at = 0; at < 50; at++) {
          say(mutation({ text: text(60_000), clientMessageId: 'x' }, at));
          await pause(1);
        }
      }),
    ),
  'frames of the signed in': () => framesOf(text(4_000_000)),
  'frames of the signed in, at the limit': () => framesOf(atLimit),
  'the API with a key': () =>
    loop(callers, (caller) => send(saying(caller), JSON.stringify({ text: 'Where is my order?' }), withKey)),
  'the API without a key': () =>
    loop(callers, (caller) => send(saying(caller), JSON.stringify({ text: 'x' }))),
  'the API, large bodies': () =>
    loop(callers, (caller) => send(saying(caller), JSON.stringify({ text: text(120_000) }), withKey)),
  'chats that are opened': repeated(`${target.siteUrl}/widget/sessions`, JSON.stringify({ channel: 'x' })),
  'tokens of chats': repeated(`${target.siteUrl}/widget/token`, JSON.stringify({ sessionToken: 'vs_x' })),
  'uploads that nobody allowed': repeated(`${target.url}/api/storage/upload?token=x`, text(100_000)),
  'an echo': repeated(`${target.url}/echo`, text(8_000_000)),
  pages: repeated(`${target.url}/w.js`, null, {}, 'GET'),
};

edges[edge]();
