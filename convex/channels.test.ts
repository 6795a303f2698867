/** Connecting an address without a provider: what the desk itself knows, keeps and refuses (docs/rules.md M1, M7, R3). */
import type { FunctionArgs } from 'convex/server';
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

describe('[M3] [R2] two channels with one address', () => {
  const other = { ...mail, address: 'sales@shop.example', replyAddress: 'sales@in.shop.example' };

  async function two() {
    const t = setupTest();
    const [blue, red] = [await createTeam(t, 'Blue'), await createTeam(t, 'Red')];
    const connect =
      ({ teamId, agentId, manager }: typeof blue) =>
      (more: Partial<FunctionArgs<typeof api.channels.connectAddress>>) =>
        manager.as.mutation(api.channels.connectAddress, { teamId, agentId, name: 'Help', mail, ...more });
    return { t, blue: connect(blue), red: connect(red) };
  }
  const taken = (what: string, by: string) =>
    expect.objectContaining({ data: expect.objectContaining({ message: `${what} ${by}.` }) });

  test('are refused within a team: both would take the same mails', async () => {
    const { blue } = await two();
    const first = await blue({ name: 'First' });
    const already = 'is the address of “First” already';
    await expect(blue({})).rejects.toEqual(taken('help@shop.example', already));
    await expect(blue({ mail: { ...other, address: ' Help@shop.example' } })).rejects.toEqual(
      taken('help@shop.example', already),
    );
    await expect(blue({ mail: { ...other, replyAddress: mail.replyAddress } })).rejects.toEqual(
      taken('help@in.shop.example', 'is where answers of “First” come in already'),
    );
    const second = await blue({ mail: other });
    await expect(blue({ channelId: second })).rejects.toEqual(taken('help@shop.example', already));
    expect(await blue({ channelId: first, name: 'Renamed' })).toBe(first);
  });

  test('of two teams are refused under one account, where they would share their mails, and nowhere else', async () => {
    const { blue, red } = await two();
    await blue({ apiKey: 're_blue' });
    // Whoever types an address takes it away from nobody.
    const channelId = await red({});
    const elsewhere = 'is connected with this key by another team of this desk already';
    await expect(red({ channelId, apiKey: 're_blue' })).rejects.toEqual(
      taken('help@shop.example', elsewhere),
    );
    expect(await red({ channelId, apiKey: 're_red' })).toBe(channelId);
    await expect(
      red({ channelId, mail: { ...mail, address: 'b@b.example' }, apiKey: 're_blue' }),
    ).rejects.toEqual(taken('help@in.shop.example', elsewhere));
  });

  test('that are there from before go on, and can be changed', async () => {
    const { t, blue } = await two();
    const first = await blue({});
    const second = await blue({ mail: other });
    await t.run((ctx) => ctx.db.patch(second, { mail }));
    expect(await blue({ channelId: second, name: 'Renamed' })).toBe(second);
    expect(await blue({ channelId: second, mail: { ...mail, senderName: 'Sales' } })).toBe(second);
    expect(await blue({ channelId: second, mail: other })).toBe(second);
    await expect(blue({ channelId: second })).rejects.toThrow('already');
    expect(first).not.toBe(second);
  });
});
