/** Connecting an address without a provider: what the desk itself knows, keeps and refuses (docs/rules.md M1, M7, R3). */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSealingKey } from '../scripts/authKeys';
import { api } from './_generated/api';
import { readSecret } from './model/delivery/channelSecrets';
import { readShared } from './readShared.setup';
import { createTeam, setupTest, testSiteUrl } from './test.setup';

const mail = { address: 'help@shop.example', senderName: 'Shop', replyAddress: 'help@in.shop.example' };
type Told = { method: string; path: string };
let told: Told[];
/** What the provider answers, by method and path. */
let answers: Record<string, { status: number; body: object }>;

beforeEach(() => {
  process.env.SEALING_KEY = makeSealingKey();
  // On this machine, as the desk is: it reaches what nobody outside does.
  process.env.RESEND_BASE_URL = 'http://127.0.0.1:9';
  told = [];
  answers = {
    'GET /domains': { status: 200, body: { object: 'list', has_more: false, data: [] } },
    'GET /webhooks': { status: 200, body: { object: 'list', has_more: false, data: [] } },
    'POST /webhooks': { status: 201, body: { object: 'webhook', id: 'w', signing_secret: 'whsec_made' } },
  };
  vi.stubGlobal('fetch', (url: string, { method = 'GET' }: { method?: string } = {}) => {
    const { pathname: path } = new URL(url);
    told.push({ method, path });
    const answer = answers[`${method} ${path}`];
    if (answer === undefined) throw new TypeError('fetch failed');
    return Promise.resolve(Response.json(answer.body, { status: answer.status }));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  delete process.env.RESEND_BASE_URL;
});

async function connected(apiKey?: string) {
  const t = setupTest();
  const { teamId, agentId, manager } = await createTeam(t);
  const address = { teamId, agentId, name: 'Shop', mail, ...(apiKey === undefined ? {} : { apiKey }) };
  const channelId = await manager.as.mutation(api.channels.connectAddress, address);
  const check = () => manager.as.action(api.channels.checkAddress, { teamId, channelId });
  const secret = (name: 'apiKey' | 'webhookSecret') => t.run((ctx) => readSecret(ctx, channelId, name));
  const publicId = async () => (await t.run((ctx) => ctx.db.get(channelId)))!.publicId;
  const shown = async () => [
    await readShared(manager.as, api.channels.list, { teamId }),
    await readShared(manager.as, api.channels.health, { teamId, channelId }),
  ];
  return { t, check, secret, publicId, shown };
}

describe('a live check of an address', () => {
  test('asks nobody where there is no key', async () => {
    const { check } = await connected();
    expect(await check()).toMatchObject({ key: 'none', webhook: 'unknown' });
    expect(told).toEqual([]);
  });

  test('makes no webhook where nobody outside can reach the desk, and says so', async () => {
    const { check, secret } = await connected('re_full');
    delete process.env.RESEND_BASE_URL;
    expect(await check()).toMatchObject({ key: 'works', webhook: 'local' });
    expect(told.filter(({ path }) => path === '/webhooks')).toEqual([]);
    expect(await secret('webhookSecret')).toBeNull();
  });

  test('[R3] keeps the secret of the webhook it makes, and shows neither it nor the key again', async () => {
    const { check, secret, shown } = await connected('re_full');
    const found = await check();
    expect(found).toMatchObject({ key: 'works', webhook: 'listens' });
    expect(await secret('webhookSecret')).toBe('whsec_made');
    expect(JSON.stringify([found, await shown()])).not.toMatch(/whsec_made|re_full/);
  });

  test('makes no second webhook for the same address', async () => {
    const { check, secret, publicId } = await connected('re_full');
    await check();
    const endpoint = `${testSiteUrl}/channels/email/${await publicId()}`;
    const known = { id: 'w', endpoint, status: 'enabled', events: [] };
    answers['GET /webhooks'] = { status: 200, body: { object: 'list', has_more: false, data: [known] } };
    answers['GET /webhooks/w'] = { status: 200, body: { ...known, signing_secret: 'whsec_known' } };
    answers['PATCH /webhooks/w'] = { status: 200, body: { object: 'webhook', id: 'w' } };
    told = [];
    expect(await check()).toMatchObject({ webhook: 'listens' });
    expect(told.map(({ method, path }) => `${method} ${path}`)).not.toContain('POST /webhooks');
    expect(await secret('webhookSecret')).toBe('whsec_known');
  });

  test.each([
    [401, 'restricted_api_key', { key: 'sendsOnly', webhook: 'byHand' }],
    [403, 'invalid_api_key', { key: 'refused' }],
    [500, 'internal_server_error', { key: 'unreachable' }],
  ])('says what a refusal with %i %s means', async (status, name, expected) => {
    const { check } = await connected('re_key');
    answers['GET /domains'] = { status, body: { statusCode: status, name, message: 'No.' } };
    expect(await check()).toMatchObject({ ...expected, said: 'No.', domains: [] });
  });

  test('a provider that cannot be reached is not a wrong key', async () => {
    const { check } = await connected('re_key');
    delete answers['GET /domains'];
    expect(await check()).toMatchObject({ key: 'unreachable' });
  });
});
