/** Floods over the wire against a whole desk: who floods is refused, and nobody else is any worse off. */
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { readShared } from '../../convex/readShared.setup.ts';
import { limits } from '../../convex/shared/kit/limits.ts';
import { openShop, type Shop } from '../costs/shop.ts';
import { startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let shop: Shop;
let channel: string;

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  shop = await openShop(desk);
  const [web] = await readShared(shop.owner, api.channels.list, { teamId: shop.teamId });
  channel = web!.publicId;
}, 60_000);
afterAll(() => desk?.dispose());

interface Answer {
  status: number;
  code: string | undefined;
  retryAfter: string | null;
  ms: number;
}

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const beganAt = performance.now();
  const response = await fetch(desk.settings.siteUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { code } = (await response.json()) as { code?: string };
  const { status } = response;
  return { status, code, retryAfter: response.headers.get('Retry-After'), ms: performance.now() - beganAt };
}

interface Held {
  /** Once it has come. */
  answer: Pick<Answer, 'status' | 'code' | 'retryAfter'> | undefined;
  /** Sends the last byte of its body. */
  end: () => void;
}

/** A request that is under way until it is told to end, unless it is refused at once. */
function hold(path: string, body: object, headers: Record<string, string>): Held {
  const sent = request(desk.settings.siteUrl + path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
  });
  const [all, last] = [JSON.stringify(body).slice(0, -1), '}'];
  const held: Held = { answer: undefined, end: () => void sent.end(last) };
  const answered = async (response: IncomingMessage) => {
    const { code } = JSON.parse(await text(response)) as { code?: string };
    held.answer = { status: response.statusCode!, code, retryAfter: response.headers['retry-after'] ?? null };
  };
  sent.on('response', (response) => void answered(response));
  // Whoever is refused is not heard to the end.
  sent.on('error', () => {});
  sent.write(all);
  return held;
}

const open = (forwarded?: string) =>
  post('/widget/sessions', { channel }, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded });
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const counts = (answers: Answer[], status: number) => answers.filter((each) => each.status === status).length;

it('[E4] [M9] 24 visitors behind a proxy that names nobody get in', async () => {
  const answers: Answer[] = [];
  for (let visitor = 0; visitor < 24; visitor++) answers.push(await open());
  expect(counts(answers, 201)).toBe(24);
});

it('[E4] 600 chats from one /64 are one address; what it writes before its own name is not believed', async () => {
  const answers: Answer[] = [];
  for (let host = 1; host <= 600; host++)
    answers.push(await open(`198.51.100.${host % 250}, 2001:db8:1:2::${host.toString(16)}`));
  expect(counts(answers, 201)).toBe(limits.chatsOfAddress.most);
  expect(counts(answers, 429)).toBe(600 - limits.chatsOfAddress.most);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused[0]).toMatchObject({ code: 'RATE_LIMITED' });
  expect(Number(refused[0]!.retryAfter)).toBeGreaterThan(500);
  expect(median(refused.map(({ ms }) => ms))).toBeLessThan(50);
  expect((await open('2001:db8:1:3::1')).status).toBe(201);
  expect((await open('203.0.113.9')).status).toBe(201);
});

it('[E4] [P2] of 200 messages at once by one key a hundred are served and the others get 429; another key is let through', async () => {
  const { owner, teamId } = shop;
  const agentId = await owner.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  const make = (name: string) => owner.mutation(api.agents.createKey, { teamId, agentId, name });
  const [flooding, quiet] = [await make('flooding'), await make('quiet')];
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const customer = { externalId: 'u-1', name: 'Carla' };
  const path = '/api/v1/conversations';
  const flood = Array.from({ length: 200 }, (_, at) =>
    hold(path, { externalId: `chat-${at}`, customer }, as(flooding.key)),
  );
  const answered = (status: number) => flood.filter(({ answer }) => answer?.status === status);
  await expect.poll(() => answered(429).length).toBe(100);
  for (const { answer } of answered(429))
    expect(answer).toEqual({ status: 429, code: 'TooManyAtOnce', retryAfter: '1' });
  const other = await post(path, { externalId: 'quiet', customer }, as(quiet.key));
  expect(other.status).toBe(201);
  for (const { answer, end } of flood) if (answer === undefined) end();
  await expect.poll(() => answered(201).length).toBe(100);
});

it('[E4] [engine T25] 1,000 invented keys are one address that asks; a key that is an agent’s is counted for itself', async () => {
  const { owner, teamId } = shop;
  const agentId = await owner.mutation(api.agents.create, { teamId, name: 'Asker', kind: 'external' });
  const { key } = await owner.mutation(api.agents.createKey, { teamId, agentId, name: 'one' });
  const writes = vi.spyOn(desk.engine.backend.committer, 'write');
  const me = (authorization: string) =>
    fetch(`${desk.settings.siteUrl}/api/v1/me`, {
      headers: { authorization, 'x-forwarded-for': '203.0.113.77' },
    });
  const invented = (n: number) => `Bearer baton_live_invented_${String(n).padStart(43, '0')}`;
  const known = `Bearer ${key}`;
  for (let n = 0; n < 1_000; n += 50)
    for (const { status } of await Promise.all(Array.from({ length: 50 }, (_, at) => me(invented(n + at)))))
      expect(status).toBe(401);
  expect((await me(known)).status).toBe(200);
  const owners = writes.mock.calls.map(([, how]) => how?.owner).filter((one) => typeof one === 'string');
  writes.mockRestore();
  expect(owners.filter((one) => one === '203.0.113.77')).toHaveLength(1_000);
  expect(new Set(owners)).toEqual(new Set(['203.0.113.77', known]));
});
