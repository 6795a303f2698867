/** What is secret is found nowhere: not in the data folder or a backup of it, not in what the desk says or keeps of its runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { api } from '../../convex/_generated/api.js';
import { readKeyOf } from '../../convex/readShared.setup.ts';
import { codeAt, newSecret } from '../../convex/shared/people/secondFactor.ts';
import type { Id } from '../../convex/_generated/dataModel';
import { openZip } from '../../engine/snapshot/zipReader.ts';
import { startResend } from '../../providers/resend/start.ts';
import { callAsAdmin } from '../../scripts/adminCall.ts';
import { distDir } from '../../scripts/build.ts';
import { startReceiver } from '../webhooks/receiver.ts';
import { owner, setupTokenOf, startTestDesk, type TestDesk } from './harness.ts';
import { connectAddress, support } from './mailDesk.ts';

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

/**
 * A key and a secret for webhooks that are set, shown to work, and changed: the new ones work at once, and those of before open
 * nothing. Returns all of them with what mails of the desk open.
 */
async function byMail({
  desk,
  client,
  teamId,
}: {
  desk: TestDesk;
  client: ConvexHttpClient;
  teamId: Id<'teams'>;
}) {
  const options = { retryScale: 0.001, ratePerSecond: 1_000 };
  const [before, after] = [await startResend(options), await startResend(options)];
  try {
    const connect = { desk, operator: client, teamId };
    const channelId = await connectAddress({ ...connect, resend: before });
    const customer = 'jo@customer.example';
    const writes = (resend: typeof before, text: string) =>
      resend.receive({ from: customer, to: support, text });
    await writes(before, 'How long does shipping take?');
    await vi.waitFor(() => expect(before.log.acceptedFor(customer)).toHaveLength(1), { timeout: 20_000 });
    const secretOf = (resend: typeof before) => resend.addWebhook({ endpoint: hook }).secret;
    const readKey = await readKeyOf(client, teamId);
    const { publicId, mail, agentId, name } = (
      await client.query(api.channels.list, { teamId, readKey })
    ).find(({ _id }) => _id === channelId)!;
    const hook = `${desk.settings.siteUrl}/channels/email/${publicId}`;
    const [formerSecret, secret] = [secretOf(before), secretOf(after)];
    await desk.engine.environment.set({ RESEND_BASE_URL: after.url });
    const changed = {
      teamId,
      channelId,
      name,
      agentId,
      mail: mail!,
      apiKey: after.apiKey,
      webhookSecret: secret,
    };
    await client.mutation(api.channels.connectAddress, changed);
    await writes(after, 'And how long does it take to return things?');
    await vi.waitFor(() => expect(after.log.acceptedFor(customer)).toHaveLength(1), { timeout: 20_000 });
    expect(
      after.log.requests.filter(({ outcome }) => typeof outcome === 'object' && outcome.status === 401),
    ).toEqual([]);
    const told = before.log.deliveries.length;
    await writes(before, 'Signed by the secret of before.');
    await vi.waitFor(() => expect(before.log.deliveries.length).toBeGreaterThan(told), { timeout: 20_000 });
    expect(before.log.deliveries.at(-1)!.status).toBe(401);
    await sleep(200);
    expect([before, after].flatMap(({ log }) => log.acceptedFor(customer))).toHaveLength(2);
    const links = [before, after].flatMap(({ log }) =>
      log.accepted.flatMap(({ body }) => /#mail=([\w-]{20,})/.exec(body.text ?? '')?.[1] ?? []),
    );
    expect(links).toHaveLength(2);
    // The invitation goes by mail now.
    const invited = { teamId, email: 'cy@people.example', role: 'operator' as const };
    const { token } = await client.mutation(api.invitations.create, invited);
    await vi.waitFor(() => expect(after.log.acceptedFor(invited.email)).toHaveLength(1), { timeout: 20_000 });
    expect(JSON.stringify(after.log.acceptedFor(invited.email)[0]!.body)).toContain(token);
    return [before.apiKey, after.apiKey, formerSecret, secret, ...links, token];
  } finally {
    await Promise.all([before.stop(), after.stop()]);
  }
}

/** As `npm run move` and a backup by Convex's own command read it. */
async function snapshot({ settings: { url, dataDir }, engine: { adminKey } }: TestDesk) {
  const headers = { authorization: `Convex ${adminKey}` };
  const asked = await fetch(`${url}/api/export/request/zip?includeStorage=true`, { method: 'POST', headers });
  expect(asked.status).toBe(200);
  const latest = () => callAsAdmin({ url, adminKey }, 'query', '_system/cli/exports:getLatest');
  await vi.waitFor(async () => expect(await latest()).toMatchObject({ state: 'completed' }), {
    timeout: 20_000,
  });
  const zip = await openZip(filesIn(join(dataDir, 'exports')).find((path) => path.endsWith('.zip'))!);
  const entries = new Map<string, Buffer>();
  for (const entry of zip.entries) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.read()) chunks.push(chunk);
    entries.set(entry.name, Buffer.concat(chunks));
  }
  zip.close();
  return entries;
}

it('[R3] [E5] [engine F47] secrets that were shown once lie nowhere in clear, and nothing of them is said', async () => {
  const said: string[] = [];
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = ((text: string) => said.push(String(text)) > 0) as typeof process.stderr.write;
  const desk = await startTestDesk({ app: false });
  const { url, siteUrl, dataDir } = desk.settings;
  const live = new ConvexClient(url, { webSocketConstructor: WebSocket as never, logger: false });
  try {
    const client = new ConvexHttpClient(url, { logger: false });
    const token = setupTokenOf(desk.setupUrl!);
    const signUp = { flow: 'signUp', ...owner, setupToken: token };
    const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params: signUp });
    client.setAuth(tokens!.token);
    live.setAuth(() => Promise.resolve(tokens!.token));
    const names = { teamName: 'Northpeak', yourName: owner.name, token };
    const { teamId } = await client.mutation(api.setup.createTeam, { ...names, withSampleShop: true });

    // Over the socket: the answers of its mutations are kept, to be repeated after a lost connection.
    const agentId = await live.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
    const { key } = await live.mutation(api.agents.createKey, { teamId, agentId, name: 'k' });
    await desk.engine.environment.set({ WEBHOOK_PRIVATE_ADDRESSES: 'allow' });
    const receiver = await startReceiver();
    const webhook = { teamId, agentId, url: receiver.url, events: ['ticket.opened' as const] };
    const { endpointId, secret } = await live.mutation(api.webhooks.create, webhook);
    const changed = await live.mutation(api.webhooks.rotateSecret, { teamId, endpointId });
    await client.mutation(api.webhooks.sendTest, { teamId, endpointId });
    await receiver.next('webhook.test');
    await receiver.close();
    const invited = { teamId, email: 'ben@northpeak.example', role: 'operator' as const };
    const { token: invitation } = await live.mutation(api.invitations.create, invited);
    const readKey = await readKeyOf(client, teamId);
    const [channel] = await client.query(api.channels.list, { teamId, readKey });
    // As a page of before asks a desk that wants something else now.
    await expect(client.query(api.tickets.row, { teamId, readKey } as never)).rejects.toThrow('Server Error');
    const { sessionToken } = await (
      await fetch(`${siteUrl}/widget/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ channel: channel!.publicId }),
      })
    ).json();
    const wrong = { flow: 'signIn', email: owner.email, password: 'not the right password' };
    await expect(client.action(api.auth.signIn, { provider: 'password', params: wrong })).rejects.toThrow();
    const headers = { authorization: `Bearer ${key}` };
    expect((await fetch(`${siteUrl}/api/v1/me`, { headers })).status).toBe(200);
    expect((await fetch(`${siteUrl}/api/v1/nothing`, { headers })).status).toBe(404);

    const ofMail = await byMail({ desk, client, teamId });
    const factor = newSecret();
    const second = { password: owner.password, secret: factor, code: codeAt(factor, Date.now()) };
    const recovery = await client.action(api.secondFactor.turnOn, second);
    const exported = await snapshot(desk);

    const ofWebhook = [secret, changed.secret];
    const secrets = [
      owner.password,
      wrong.password,
      key,
      ...ofWebhook,
      invitation,
      sessionToken,
      tokens!.token,
      ...ofMail,
      factor,
      ...recovery.slice(0, 6),
    ];
    expect(new Set(secrets).size).toBeGreaterThanOrEqual(20);
    const runs = JSON.stringify(desk.engine.backend.logs.read(0));
    expect(runs).toContain('missing the required field `number`');
    expect(`${runs} ${said.join('')}`).not.toContain(readKey);
    await live.close();
    await desk.stop();
    const files = filesIn(dataDir);
    expect(files.map((path) => basename(path))).toContain('data.sqlite');
    const bundle = new Map(filesIn(distDir).map((path) => [path, readFileSync(path)]));
    expect(bundle.size).toBeGreaterThan(3);
    expect([...exported.keys()].join()).toContain('channelSecrets/documents.jsonl');
    for (const secret of secrets) {
      const part = secret.slice(-24);
      for (const path of files)
        expect(readFileSync(path).includes(part), `${path} holds ${part}`).toBe(false);
      for (const [name, content] of exported)
        expect(content.includes(part), `${name} holds ${part}`).toBe(false);
      for (const [name, content] of bundle)
        expect(content.includes(part), `${name} holds ${part}`).toBe(false);
      expect(runs).not.toContain(part);
      expect(said.join('')).not.toContain(part);
    }
  } finally {
    process.stderr.write = write;
    await desk.dispose();
  }
});
