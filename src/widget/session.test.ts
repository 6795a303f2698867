/** The desk's routes themselves are met in test/journeys/widget.test.ts; here is what they may answer, over real HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Identified, makeSession, sessionKey } from './session';
import type { Store } from './store';

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();

type Reply = [status: number, body: object, headers?: Record<string, string>];

let server: Server;
let replies: Reply[];
let asked: [path: string, body: unknown][];
let values: Map<string, string>;
let closed: number;
let crowded: boolean[];
let linksOver: number;
/** What came of it, and the session that was kept when it was told. */
let identified: [what: Identified, kept: string | null][];

beforeEach(async () => {
  replies = [];
  asked = [];
  values = new Map();
  closed = 0;
  crowded = [];
  linksOver = 0;
  identified = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      asked.push([request.url!, JSON.parse(body)]);
      const [status, answer, headers] = replies.shift() ?? [500, {}];
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(() => server.close());

function session(
  wait: (ms: number) => Promise<void> = async () => {},
  mailToken?: string,
  identity?: string,
) {
  const store: Store = {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void (value === null ? values.delete(key) : values.set(key, value)),
  };
  return makeSession({
    siteUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    channel: 'shop',
    store,
    onClosed: () => closed++,
    onCrowded: (isCrowded) => crowded.push(isCrowded),
    mailToken,
    onLinkOver: () => linksOver++,
    identity,
    onIdentified: (what) => identified.push([what, values.get(sessionKey('shop')) ?? null]),
    wait,
  });
}

const soon = () => Date.now() + 600_000;
const fresh = { forceRefreshToken: true };
const cached = { forceRefreshToken: false };

it('[M9] a session is made once, kept, and exchanged for a new token when one is needed', async () => {
  replies = [
    [201, { sessionToken: 'vs_1', jwt: 'first', expiresAt: soon() }],
    [200, { jwt: 'second', expiresAt: soon() }],
  ];
  const here = session();
  expect([await here.token(cached), await here.token(cached), await here.token(fresh)]).toEqual([
    'first',
    'first',
    'second',
  ]);
  expect(values.get(sessionKey('shop'))).toBe('vs_1');
  replies = [[200, { jwt: 'third', expiresAt: soon() }]];
  expect(await session().token(cached)).toBe('third');
  expect(asked).toEqual([
    ['/widget/sessions', { channel: 'shop', timeZone }],
    ['/widget/token', { sessionToken: 'vs_1' }],
    ['/widget/token', { sessionToken: 'vs_1' }],
  ]);
});

it('a token near its end is not handed out again, nor one the desk did not take', async () => {
  values.set(sessionKey('shop'), 'vs_1');
  replies = [
    [200, { jwt: 'short', expiresAt: Date.now() + 30_000 }],
    [200, { jwt: 'long', expiresAt: soon() }],
    [200, { jwt: 'other', expiresAt: soon() }],
  ];
  const here = session();
  expect([await here.token(cached), await here.token(cached), await here.token(cached)]).toEqual([
    'short',
    'long',
    'long',
  ]);
  here.distrust();
  expect(await here.token(cached)).toBe('other');
});

it('[M9] a session that has ended is replaced by a new one', async () => {
  values.set(sessionKey('shop'), 'vs_old');
  replies = [
    [401, { code: 'NOT_SIGNED_IN' }],
    [201, { sessionToken: 'vs_new', jwt: 'new', expiresAt: soon() }],
  ];
  expect(await session().token(cached)).toBe('new');
  expect(values.get(sessionKey('shop'))).toBe('vs_new');
});

it('a desk that is down or busy is asked again, and an existing session is kept meanwhile', async () => {
  values.set(sessionKey('shop'), 'vs_1');
  replies = [
    [503, {}],
    [429, { code: 'RATE_LIMITED' }],
    [500, {}],
    [200, { jwt: 'at last', expiresAt: soon() }],
  ];
  expect(await session().token(cached)).toBe('at last');
  expect(values.get(sessionKey('shop'))).toBe('vs_1');
});

it('[E4] who is not let in is told, and let in when there is room', async () => {
  replies = [
    [429, { code: 'RATE_LIMITED' }],
    [201, { sessionToken: 'vs_1', jwt: 'in', expiresAt: soon() }],
  ];
  expect(await session().token(cached)).toBe('in');
  expect(crowded).toEqual([true, false]);
});

it('[E4] who writes asks as such at once, without waiting for the next try', async () => {
  replies = [
    [429, { code: 'RATE_LIMITED' }],
    [201, { sessionToken: 'vs_1', jwt: 'in', expiresAt: soon() }],
  ];
  const here = session(() => new Promise(() => {}));
  const token = here.token(cached);
  await expect.poll(() => crowded).toEqual([true]);
  here.write();
  expect(await token).toBe('in');
  expect(asked).toEqual([
    ['/widget/sessions', { channel: 'shop', timeZone }],
    ['/widget/sessions', { channel: 'shop', timeZone, writes: true }],
  ]);
});

it('a channel that takes no chats closes the chat instead of asking for ever', async () => {
  replies = [[404, { code: 'NOT_FOUND' }]];
  const here = session();
  expect(await here.token(cached)).toBeNull();
  here.distrust();
  expect([await here.token(cached), await here.token(fresh)]).toEqual([null, null]);
  expect([closed, asked.length]).toEqual([1, 1]);
});

it('a lock that the browser never gives keeps nobody out', async () => {
  vi.stubGlobal('navigator', { locks: { request: () => new Promise(() => {}) } });
  try {
    replies = [[201, { sessionToken: 'vs_1', jwt: 'in', expiresAt: soon() }]];
    const waits: number[] = [];
    const here = session(async (ms) => void waits.push(ms));
    expect(await here.token(cached)).toBe('in');
    expect(waits).toEqual([3_000]);
  } finally {
    vi.unstubAllGlobals();
  }
});

it('[M9] who waits for a desk that is down takes the session that another tab has made meanwhile', async () => {
  let goOn = () => {};
  replies = [[503, {}]];
  const patient = session(() => new Promise((done) => (goOn = done)));
  const token = patient.token(cached);
  await expect.poll(() => asked).toHaveLength(1);
  values.set(sessionKey('shop'), 'vs_other');
  replies = [[200, { jwt: 'shared', expiresAt: soon() }]];
  goOn();
  expect(await token).toBe('shared');
  expect(asked.at(-1)).toEqual(['/widget/token', { sessionToken: 'vs_other' }]);
});

it('[M9] a link from a mail takes the place of another session once the desk has taken it, and is used once', async () => {
  values.set(sessionKey('shop'), 'vs_of_somebody_else');
  replies = [
    [503, {}],
    [201, { sessionToken: 'vs_mail', jwt: 'proven', expiresAt: soon() }],
    [200, { jwt: 'later', expiresAt: soon() }],
  ];
  const kept: unknown[] = [];
  const here = session(async () => void kept.push(values.get(sessionKey('shop'))), 'from the mail');
  expect(await here.token(cached)).toBe('proven');
  expect(kept).toEqual(['vs_of_somebody_else', 'vs_of_somebody_else']);
  expect(values.get(sessionKey('shop'))).toBe('vs_mail');
  expect(await here.token(fresh)).toBe('later');
  const asksByLink = ['/widget/sessions', { channel: 'shop', timeZone, mailToken: 'from the mail' }];
  expect(asked).toEqual([asksByLink, asksByLink, ['/widget/token', { sessionToken: 'vs_mail' }]]);
  expect(linksOver).toBe(0);
});

it('[M9] a link that has ended changes nothing: the session that was here goes on, and the page says so', async () => {
  values.set(sessionKey('shop'), 'vs_1');
  replies = [
    [410, { code: 'LINK_INVALID' }],
    [200, { jwt: 'own', expiresAt: soon() }],
  ];
  expect(await session(undefined, 'too old').token(cached)).toBe('own');
  expect(values.get(sessionKey('shop'))).toBe('vs_1');
  expect([linksOver, closed]).toEqual([1, 0]);
});

it('[E4] what a route refuses for a while says for how long', async () => {
  values.set(sessionKey('shop'), 'vs_1');
  replies = [
    [200, { jwt: 'own', expiresAt: soon() }],
    [429, { code: 'RATE_LIMITED' }, { 'retry-after': '3540' }],
    [201, {}],
  ];
  const here = session();
  expect(await here.ask('uploads', {})).toMatchObject({ status: 429, waitMs: 3_540_000 });
  expect((await here.ask('uploads', {}))!.waitMs).toBeNaN();
});

it('[M9] [E5] whom the site names comes first: told before the new session is kept, and nothing asked as whoever was here', async () => {
  values.set(sessionKey('shop'), 'vs_1');
  replies = [[200, { sessionToken: 'vs_2', jwt: 'theirs', expiresAt: soon() }]];
  expect(await session(undefined, undefined, 'signed').token(cached)).toBe('theirs');
  expect(asked).toEqual([['/widget/identity', { sessionToken: 'vs_1', identity: 'signed' }]]);
  expect(identified).toEqual([['changed', 'vs_1']]);
  expect(values.get(sessionKey('shop'))).toBe('vs_2');
});

it('[M9] a token that is refused leaves the session as it was', async () => {
  values.set(sessionKey('shop'), 'vs_1');
  replies = [
    [403, { code: 'IDENTITY_REFUSED', detail: 'it has expired' }],
    [200, { jwt: 'as before', expiresAt: soon() }],
  ];
  expect(await session(undefined, undefined, 'signed').token(cached)).toBe('as before');
  expect(identified).toEqual([[{ refused: 'it has expired' }, 'vs_1']]);
  expect(values.get(sessionKey('shop'))).toBe('vs_1');
});

it('[M9] in the middle of a talk nobody is handed the token of before while the session changes', async () => {
  replies = [
    [201, { sessionToken: 'vs_1', jwt: 'nobody', expiresAt: soon() }],
    [200, { sessionToken: 'vs_2', jwt: 'theirs', expiresAt: soon() }],
  ];
  const here = session();
  await here.token(cached);
  const changing = here.identify('signed');
  await Promise.resolve();
  here.distrust();
  expect(await changing).toBe('changed');
  expect(await here.token(cached)).toBe('theirs');
  expect(asked.map(([path]) => path)).toEqual(['/widget/sessions', '/widget/identity']);
});

it('[M9] a session that has ended meanwhile is no way: the person begins another', async () => {
  values.set(sessionKey('shop'), 'vs_old');
  replies = [
    [401, {}],
    [201, { sessionToken: 'vs_new', jwt: 'theirs', expiresAt: soon() }],
  ];
  expect(await session(undefined, undefined, 'signed').token(cached)).toBe('theirs');
  expect(asked).toEqual([
    ['/widget/identity', { sessionToken: 'vs_old', identity: 'signed' }],
    ['/widget/sessions', { channel: 'shop', timeZone, identity: 'signed' }],
  ]);
});
