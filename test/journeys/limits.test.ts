/** Floods over the wire against a whole desk: who floods is refused, and nobody else is any worse off. */
import { afterAll, beforeAll, expect, it } from 'vitest';
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
  const start = (key: string, externalId: string) =>
    post('/api/v1/conversations', { externalId, customer }, as(key));

  const flood = Array.from({ length: 200 }, (_, at) => start(flooding.key, `chat-${at}`));
  const [other, ...answers] = await Promise.all([start(quiet.key, 'quiet'), ...flood]);

  expect(counts(answers, 201)).toBeGreaterThanOrEqual(100);
  expect(counts(answers, 201) + counts(answers, 429)).toBe(200);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const each of refused) expect(each).toMatchObject({ code: 'TooManyAtOnce', retryAfter: '1' });
  expect(other!.status).toBe(201);
});
