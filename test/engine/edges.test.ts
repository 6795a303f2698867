/** Each limit of the engine's edges, gone over (engine/values/edges.ts): the refusal that stands there comes, and nothing has changed. */
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { EDGES, type EdgeName } from '../../engine/values/edges.ts';
import { rooms } from '../../engine/http/body.ts';
import { startTestEngine, type TestEngine } from './harness.ts';

let test: TestEngine;
/** An address that the app has given out. */
let uploadUrl: string;

beforeAll(async () => {
  test = await startTestEngine({ knowsCredential: (authorization) => authorization === 'Basic known' });
  uploadUrl = test.engine.backend.files.generateUploadUrl('');
}, 60_000);
afterAll(() => test.stop());

const counter = (name: string) => JSON.stringify({ path: 'counters:increment', args: { name } });
/** That many names and values too many, each a small one. */
const parts = (most: number) => {
  const rows = Array.from({ length: Math.ceil(most / 1_000) + 1 }, () => Array(1_000).fill(10_000));
  return JSON.stringify({ path: 'counters:increment', args: { name: rows } });
};
const deep = (levels: number) =>
  `{"path":"counters:increment","args":{"name":${'['.repeat(levels)}${']'.repeat(levels)}}}`;

interface Asked extends RequestOptions {
  body?: string;
  /** Said of a body of which nothing is sent. */
  announced?: number;
}

/** Status and code. */
function ask(address: string, { body, announced, headers, ...options }: Asked = {}): Promise<string> {
  return new Promise((done, reject) => {
    const length = announced ?? Buffer.byteLength(body ?? '');
    const asked = request(address, {
      method: 'POST',
      ...options,
      headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
    });
    asked.once('error', reject).once('response', (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => done(said(response.statusCode!, text)));
    });
    if (announced === undefined) asked.end(body);
    else asked.flushHeaders();
  });
}

function said(status: number, text: string): string {
  const code = /"code":\s*"(\w+)"/.exec(text)?.[1];
  return code === undefined ? `${status}` : `${status} \`${code}\``;
}

/** As whom a call or a socket comes. */
type Who = 'stranger' | 'caller' | 'admin';
const authorization = (who: Who): Record<string, string> =>
  who === 'stranger'
    ? {}
    : { authorization: who === 'admin' ? `Convex ${test.engine.adminKey}` : `Bearer ${test.token('ann')}` };

const call = (body: string, who: Who = 'caller', path = '/api/mutation') =>
  ask(test.engine.url + path, { body, headers: authorization(who) });

const closing = ({ code }: { code: number }) => `closed with ${code}`;

async function socketOf(who: Who) {
  const raw = await test.raw();
  raw.hello();
  if (who !== 'stranger') {
    const token = who === 'admin' ? test.engine.adminKey : test.token('ann');
    raw.say({
      type: 'Authenticate',
      baseVersion: 0,
      tokenType: who === 'admin' ? 'Admin' : 'User',
      value: token,
    });
    await raw.frame(({ type, endVersion }) => type === 'Transition' && endVersion.identity === 1);
  }
  return raw;
}

async function say(frame: string, who: Who): Promise<string> {
  const raw = await socketOf(who);
  raw.say(frame);
  return closing(await raw.closed);
}

const mutation = (name: string, requestId = 0) =>
  JSON.stringify({ type: 'Mutation', requestId, udfPath: 'counters:increment', args: [{ name }] });

/** So many half bodies; what the first is told. */
function halves(count: number): Promise<string> {
  const { hostname, port } = new URL(test.engine.url);
  const head = 'POST /api/mutation HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{';
  return new Promise((done) => {
    const first = connect(Number(port), hostname, () => {
      first.write(head);
      setTimeout(() => {
        for (let i = 0; i < count; i++) others.push(connect(Number(port), hostname).on('error', () => {}));
        for (const other of others) other.write(head);
      }, 50);
    });
    const others = [first].slice(1);
    first.once('data', (data) => {
      for (const socket of [first, ...others]) socket.destroy();
      const text = data.toString();
      done(said(Number(text.slice(9, 12)), text));
    });
  });
}

/** Of twice as many calls as are served at once, each of 200 ms. */
async function inLine(most: number, each: () => Promise<unknown>): Promise<string> {
  const calls = Array.from({ length: 2 * most }, () => each().then(() => performance.now()));
  const ends = (await Promise.all(calls)).toSorted((a, b) => a - b);
  // Two after the other, and so not all of them at once.
  return ends.at(-1)! - ends[0]! > 150 ? 'the others wait in line' : 'all at once';
}

/** Goes over the limit, or up to it where nobody would wait for more: what was answered. */
const over: Record<EdgeName, () => Promise<string>> = {
  url: () => ask(`${test.engine.url}/api/query?path=${'x'.repeat(EDGES.url.most)}`, { method: 'GET' }),
  headers: () =>
    ask(`${test.engine.url}/api/mutation`, { headers: { 'x-long': 'x'.repeat(EDGES.headers.most) } }),
  strangerBody: () => call(counter('x'.repeat(EDGES.strangerBody.most)), 'stranger'),
  callerBody: () => call(counter('x'.repeat(EDGES.callerBody.most))),
  adminBody: () => call(counter('x'.repeat(EDGES.adminBody.most)), 'admin'),
  callParts: () => call(parts(EDGES.callParts.most)),
  nesting: () => call(deep(EDGES.nesting.most)),
  batch: () =>
    call(
      JSON.stringify({
        queries: Array(EDGES.batch.most + 1).fill({ path: 'counters:get', args: { name: 'x' } }),
      }),
      'caller',
      '/api/query_batch',
    ),
  unfinished: () => halves(EDGES.unfinished.most),
  async silentBody() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const body = Object.assign(new PassThrough(), { headers: {} });
      const read = rooms.strangers.read(body as unknown as IncomingMessage, 1_000, null);
      const refused = read.then(String, ({ status, code }) => `${status} \`${code}\``);
      vi.advanceTimersByTime(EDGES.silentBody.most);
      return await refused;
    } finally {
      vi.useRealTimers();
    }
  },
  async pace() {
    const begin = performance.now();
    const body = 'x'.repeat(EDGES.pace.most / 4);
    await Promise.all([1, 2, 3].map(() => ask(`${test.engine.url}/echo`, { body })));
    // A quarter at once, the other two in as many quarters of a second.
    return performance.now() - begin > 400 ? 'what is more is read later' : 'all at once';
  },
  strangerFrame: () => say(mutation('x'.repeat(3 * EDGES.strangerFrame.most)), 'stranger'),
  callerFrame: () => say(mutation('x'.repeat(EDGES.callerFrame.most + 200_000)), 'caller'),
  adminFrame: () => say(mutation('x'.repeat(EDGES.adminFrame.most)), 'admin'),
  async subscriptions() {
    const raw = await socketOf('stranger');
    for (let id = 0, version = 0; id <= EDGES.subscriptions.most; version++) {
      const modifications = [];
      for (let added = 0; added < 400 && id <= EDGES.subscriptions.most; added++, id++)
        modifications.push({ type: 'Add', queryId: id, udfPath: 'counters:get', args: [{ name: 'x' }] });
      raw.say({ type: 'ModifyQuerySet', baseVersion: version, newVersion: version + 1, modifications });
    }
    return closing(await raw.closed);
  },
  async waitingCalls() {
    const raw = await socketOf('stranger');
    const wait = { type: 'Action', udfPath: 'tools:sleep', args: [{ ms: 2_000 }] };
    for (let requestId = 0; requestId <= EDGES.waitingCalls.most; requestId++)
      raw.say({ ...wait, requestId });
    return closing(await raw.closed);
  },
  actionBody: () => ask(`${test.engine.siteUrl}/echo`, { announced: EDGES.actionBody.most + 1 }),
  async actionsUnderWay() {
    const held = Array.from({ length: EDGES.actionsUnderWay.most }, () =>
      request(`${test.engine.siteUrl}/unending`, { headers: { authorization: 'Basic busy' } }),
    );
    await Promise.all(
      held.map(
        (each) =>
          new Promise((begun) =>
            each
              .on('error', () => {})
              .once('response', begun)
              .end(),
          ),
      ),
    );
    const refused = await ask(`${test.engine.siteUrl}/who/x`, {
      method: 'GET',
      headers: { authorization: 'Basic busy' },
    });
    for (const each of held) each.destroy();
    return refused;
  },
  async actionsServed() {
    const headers = { authorization: 'Basic many' };
    return inLine(EDGES.actionsServed.most, () =>
      ask(`${test.engine.siteUrl}/slow`, { method: 'GET', headers }),
    );
  },
  async actionsBesideOthers() {
    const slow = (authorization: string) =>
      ask(`${test.engine.siteUrl}/slow`, { method: 'GET', headers: { authorization } });
    const [other] = await Promise.all([slow('Basic known'), new Promise((soon) => setTimeout(soon, 20))]);
    expect(other).toBe('200');
    return inLine(EDGES.actionsBesideOthers.most, () => slow('Basic many'));
  },
  async actionsOfAddress() {
    const sleep = JSON.stringify({ path: 'tools:sleep', args: { ms: 200 }, format: 'json' });
    return inLine(EDGES.actionsOfAddress.most, () => call(sleep, 'stranger', '/api/action'));
  },
  upload: () => ask(uploadUrl, { announced: EDGES.upload.most + 1 }),
  echo: () => ask(`${test.engine.url}/echo`, { announced: EDGES.echo.most + 1 }),
};

/** Documents that anything here could have made. */
async function stored(): Promise<unknown> {
  const asked = { path: '_system/cli/tableSize:default', args: { tableName: 'counters' } };
  const headers = { ...authorization('admin'), 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(asked) };
  const answer = (await (await fetch(`${test.engine.url}/api/query`, init)).json()) as { value: unknown };
  return answer.value;
}

// What was begun on a socket is done to its end, and would stand in the way of others' actions.
const last: EdgeName = 'waitingCalls';
const names = [...(Object.keys(EDGES) as EdgeName[]).filter((name) => name !== last), last];

it.each(names)(
  '[engine H17] over the limit "%s" comes the refusal that stands in the list, nothing changes, and others are served',
  async (name) => {
    const before = await stored();
    expect(EDGES[name].refused).toContain(await over[name]());
    expect(await stored()).toEqual(before);
    expect(await call(counter('after'), 'stranger', '/api/query')).toBe('200');
  },
  30_000,
);
