/** docs/agents.md and docs/webhooks.md are followed: by curl, with the client, and with the example as an agent told by webhook. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { eventTypes } from '../../convex/shared/webhooks/events.ts';
import { root } from '../../scripts/settings.ts';
import { until } from '../engine/harness.ts';
import { startReceiver, verified } from '../webhooks/receiver.ts';
import { blocksOf, commandsOf, expectAsShown, runCommand } from './guide.ts';
import { freePort, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
let agentId: Id<'agents'>;
let example: ChildProcess | undefined;
const known: Record<string, string> = {};
const folder = mkdtempSync(join(tmpdir(), 'baton-agent-'));

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  ({ operator, teamId } = await setUpDesk(desk, { withSampleShop: false }));
  agentId = await operator.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  const { key } = await operator.mutation(api.agents.createKey, { teamId, agentId, name: 'production' });
  Object.assign(known, { SITE: desk.settings.siteUrl, KEY: key });
  await desk.engine.environment.set({ WEBHOOK_PRIVATE_ADDRESSES: 'allow' });
});
afterAll(async () => {
  example?.kill();
  await desk?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it('[P1] the first answer and the first handover with curl, as they stand in the guide', async () => {
  const blocks = blocksOf('docs/agents.md');
  let made = 0;
  for (const [at, { language, text }] of blocks.entries()) {
    if (language !== 'sh') continue;
    let answer: any;
    for (const command of commandsOf(text)) {
      answer = await runCommand(command, known);
      made++;
      if (/\/conversations -H/.test(command)) known.ID = answer.id;
    }
    const next = blocks[at + 1];
    if (next?.language === 'json') expectAsShown(answer, JSON.parse(next.text));
  }
  expect(made).toBe(5);
});

it('[P1] and with the client', async () => {
  const blocks = blocksOf('docs/agents.md');
  const at = blocks.findIndex(({ language }) => language === 'ts');
  const client = pathToFileURL(join(root, 'client/client.ts')).href;
  const file = join(folder, 'guide.ts');
  writeFileSync(file, blocks[at]!.text.replace('./client/client.ts', client));
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, ...known },
  });
  expect(stdout).toBe(blocks[at + 1]!.text);
});

it('[P3] an event looks as docs/webhooks.md shows it', async () => {
  const receiver = await startReceiver();
  const { secret } = await operator.mutation(api.webhooks.create, {
    teamId,
    agentId,
    url: receiver.url,
    events: ['message.toAnswer'],
  });
  const call = (path: string, body: object) =>
    fetch(`${known.SITE}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${known.KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((response) => response.json() as Promise<{ id: string }>);
  const { id } = await call('/conversations', {
    externalId: 'chat-77',
    customer: { externalId: 'u-77', name: 'Carla' },
  });
  await call(`/conversations/${id}/customer-messages`, {
    text: 'Where is my order?',
    clientMessageId: 'msg-1',
  });
  const told = await receiver.next('message.toAnswer');
  const shown = JSON.parse(blocksOf('docs/webhooks.md').find(({ language }) => language === 'json')!.text);
  shown.data.links.conversation = `${known.SITE}/api/v1/conversations/${id}`;
  expectAsShown(verified(told, secret), shown);
  const [endpoint] = await operator.query(api.webhooks.list, { teamId, agentId });
  await operator.mutation(api.webhooks.remove, { teamId, endpointId: endpoint!._id });
  await receiver.close();
});

it('[P3] [P1] [M2] the example is told, answers what it knows, hands over the rest, and shows what a person says', async () => {
  const port = await freePort();
  const { secret } = await operator.mutation(api.webhooks.create, {
    teamId,
    agentId,
    url: `http://127.0.0.1:${port}/`,
    events: [...eventTypes],
  });
  const env = { ...process.env, ...known, SECRET: secret, PORT: String(port) };
  example = spawn(process.execPath, [join(root, 'client/example.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  example.stdout!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const says = (text: string) => until(() => said.includes(text), `the example says: ${text}`);
  await says('ready');
  const { Baton } = await import('../../client/client.ts');
  const platform = new Baton({ site: known.SITE!, key: known.KEY! });
  const conversation = await platform.start({
    externalId: 'chat-9',
    customer: { externalId: 'u-9', name: 'Carla' },
  });
  await conversation.customerWrote('How long does delivery take?', 'm-1');
  await says('to the customer: Two to four working days.');
  await conversation.customerWrote('It is broken.', 'm-2');
  await until(async () => (await conversation.get()).ticket !== null, 'a ticket is opened');
  const conversationId = conversation.id as Id<'conversations'>;
  const { epoch } = await operator.mutation(api.tickets.takeOverConversation, { teamId, conversationId });
  const { lastSequence: seenThrough } = await conversation.get();
  const reply = {
    teamId,
    conversationId,
    text: 'I send you another.',
    clientMessageId: 'r',
    epoch,
    seenThrough,
  };
  await operator.mutation(api.messages.reply, reply);
  await says('Ana to the customer: I send you another.');
});
