/** What is secret is found nowhere: not in the data folder or a backup of it, not in what the desk says or keeps of its runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { api } from '../../convex/_generated/api.js';
import { readKeyOf } from '../../convex/readShared.setup.ts';
import { startReceiver } from '../webhooks/receiver.ts';
import { owner, setupTokenOf, startTestDesk } from './harness.ts';

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

    const ofWebhook = [secret, changed.secret];
    const secrets = [
      owner.password,
      wrong.password,
      key,
      ...ofWebhook,
      invitation,
      sessionToken,
      tokens!.token,
    ];
    const runs = JSON.stringify(desk.engine.backend.logs.read(0));
    expect(runs).toContain('missing the required field `number`');
    expect(`${runs} ${said.join('')}`).not.toContain(readKey);
    await live.close();
    await desk.stop();
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    expect(files.map(({ name }) => name)).toContain('data.sqlite');
    for (const secret of secrets) {
      const part = secret.slice(-24);
      for (const { parentPath, name } of files)
        expect(readFileSync(join(parentPath, name)).includes(part), `${name} holds ${part}`).toBe(false);
      expect(runs).not.toContain(part);
      expect(said.join('')).not.toContain(part);
    }
  } finally {
    process.stderr.write = write;
    await desk.dispose();
  }
});
