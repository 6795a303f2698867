/** A desk that outgrows its machine: moved with the real command to another deployment, audited there, and moved back. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Doc, Id } from '../../convex/_generated/dataModel.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { storedType } from '../../convex/shared/kit/limits.ts';
import { callAsAdmin } from '../../scripts/adminCall.ts';
import { convex, type Deployment } from '../../scripts/convexCli.ts';
import { type RunningDesk, startDesk } from '../../scripts/desk.ts';
import { root, type Settings } from '../../scripts/settings.ts';
import {
  type EngineProcess,
  removeFolder,
  startEngineProcess,
  temporaryFolder,
} from '../engine/cliSupport.ts';
import { freshSettings, owner, startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { fillDesk, type SampleDesk } from '../pictures/sampleDesk.ts';

const FILE = Buffer.from('a file of the desk');
const VARIABLES = { OF_LINES: 'first\nsecond\nTHIRD=3\nend==\n', QUOTED: ' "it\'s" ' };
const folders: string[] = [];
let old: TestDesk;
let sample: SampleDesk;
/** Where the file is read, on any desk that has it. */
let filePath: string;
/** Any Convex deployment: it knows nothing of desks. */
let other: EngineProcess;
let back: { settings: Settings; desk: RunningDesk } | null = null;

beforeAll(async () => {
  [old, other] = await Promise.all([startTestDesk({ app: false }), startEngineProcess(folder('moved'), [])]);
  sample = await fillDesk(old);
  await storeFile();
  await old.engine.environment.set(VARIABLES);
  await snooze(1, Date.now() + 3_600_000);
}, 120_000);
afterAll(async () => {
  await old?.dispose();
  await other?.stop();
  await back?.desk.stop();
  folders.forEach(removeFolder);
});

function folder(name: string): string {
  const made = temporaryFolder(name);
  folders.push(made);
  return made;
}

interface Ended {
  code: number | null;
  output: string;
}

/** `stopAt`: it is told to stop when it has said so much. */
function move(args: string[], env: Record<string, string> = {}, stopAt?: string): Promise<Ended> {
  return new Promise<Ended>((resolve) => {
    const child = spawn(process.execPath, [join(root, 'scripts/move.ts'), ...args], {
      env: { ...process.env, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.stdout.on('data', () => void (stopAt && output.includes(stopAt) && child.kill('SIGINT')));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** As an operator stores one, with a note. */
async function storeFile(): Promise<void> {
  const { operator, teamId } = sample;
  const { conversationId } = await ticket(operator, 3);
  const of = { teamId, conversationId };
  const address = await operator.mutation(api.attachments.uploadUrl, of);
  const stored = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': storedType },
    body: FILE,
  });
  const { storageId: upload } = (await stored.json()) as { storageId: string };
  const { attachmentId, file } = await operator.action(api.attachments.add, {
    ...of,
    upload,
    name: 'note.txt',
  });
  const note = { ...of, text: '', clientMessageId: 'with a file', attachmentIds: [attachmentId] };
  await operator.mutation(api.messages.note, note);
  filePath = file.path;
}

async function signedIn(url: string): Promise<ConvexHttpClient> {
  const client = new ConvexHttpClient(url);
  const params = { flow: 'signIn', email: owner.email, password: owner.password };
  const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
  client.setAuth(tokens!.token);
  return client;
}

async function ticket(client: ConvexHttpClient, number: number): Promise<Doc<'tickets'>> {
  return (await readTicket(client, { teamId: sample.teamId, number }))!.ticket;
}

async function snooze(number: number, until: number): Promise<void> {
  const { operator, teamId } = sample;
  const { _id: ticketId } = await ticket(operator, number);
  await operator.mutation(api.tickets.snooze, { teamId, ticketId, until });
}

function asAgent(siteUrl: string, path: string, body?: object): Promise<Response> {
  return fetch(`${siteUrl}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${sample.key}`, 'Content-Type': 'application/json' },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** [function, instant] */
async function pendingJobs({ url, adminKey }: Deployment): Promise<unknown[]> {
  const lines = await convex({ url, adminKey }, ['data', '_scheduled_functions', '--format', 'jsonLines']);
  const rows = lines.split('\n').filter((line) => line.startsWith('{'));
  return rows.flatMap((line) => {
    const { name, scheduledTime, state } = JSON.parse(line) as {
      name: string;
      scheduledTime: number;
      state: { kind: string };
    };
    return state.kind === 'pending' ? [[name, scheduledTime]] : [];
  });
}

async function variablesOf(there: Deployment): Promise<Record<string, string>> {
  const variables = await callAsAdmin<{ name: string; value: string }[]>(
    there,
    'query',
    '_system/cli/queryEnvironmentVariables',
  );
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

const heartbeat = () =>
  sample.operator.mutation(api.members.heartbeat, { teamId: sample.teamId, sessionId: 'test', idleMs: 0 });

it.each<[string, () => string, string | undefined, RegExp]>([
  ['no key', () => other.url, undefined, /The admin key of \S+ is missing: set MOVE_TO_KEY\./],
  ['a wrong key', () => other.url, 'no|key', /does not take its admin key\. Nothing was changed\./],
  [
    'an address where nothing is',
    () => 'http://127.0.0.1:9',
    'a|b',
    /Nothing answers at http:\/\/127\.0\.0\.1:9\. .* Nothing was changed\./,
  ],
] as const)(
  'a move to %s ends with one sentence, and the desk is open as before',
  async (_, to, key, says) => {
    const ended = await move(
      ['--from', old.settings.dataDir, '--to', to()],
      key === undefined ? {} : { MOVE_TO_KEY: key },
    );
    expect(ended.output).toMatch(says);
    expect(ended.code).toBe(1);
    await heartbeat();
  },
);

it('a move from a folder without a desk ends with one sentence', async () => {
  const empty = folder('empty');
  expect(await move(['--from', empty, '--to', other.url])).toEqual({
    code: 1,
    output: `There is no desk in ${empty}.\n`,
  });
});

it('a move that is stopped while the desk is closed opens it again', async () => {
  const there = { MOVE_TO_KEY: other.adminKey };
  const ended = await move(['--from', old.settings.dataDir, '--to', other.url], there, 'Copying');
  expect(ended.output).toContain('Stopped: nothing has moved.');
  expect(ended.code).toBe(1);
  await heartbeat();
}, 120_000);

it('a loaded desk moves with documents, ids, times, files, keys and what is scheduled', async () => {
  const before = await ticket(sample.operator, 3);
  await snooze(2, Date.now() + 20_000);
  const ended = await move(['--from', old.settings.dataDir, '--to', other.url], {
    MOVE_TO_KEY: other.adminKey,
  });
  expect(ended.output).toMatch(/Moved and compared: \d+ documents, 1 files, \d+ scheduled functions\./);
  expect(ended.code).toBe(0);

  const client = await signedIn(other.url);
  expect(await ticket(client, 3)).toEqual(before);
  const { snoozedUntil } = await ticket(client, 1);
  expect(await pendingJobs(other)).toContainEqual(['jobs/tickets.js:endSnooze', snoozedUntil]);
  await expect.poll(async () => (await ticket(client, 2)).snoozedUntil, { timeout: 60_000 }).toBeUndefined();

  const file = await fetch(`${other.siteUrl}${filePath}`);
  expect(await file.text()).toBe(FILE.toString());
  const answer = await asAgent(other.siteUrl, '/me');
  expect(await answer.json()).toMatchObject({ agent: { name: 'Scout' } });
  expect(await variablesOf(other)).toEqual({
    ...Object.fromEntries(
      Object.keys(old.engine.environment.list()).map((name) => [name, expect.anything()]),
    ),
    ...VARIABLES,
    DESK_CLOSED: undefined,
  });
}, 180_000);

it('[E2] the old desk is closed: it writes nothing more, and leads agents and pages to the new one', async () => {
  await expect(heartbeat()).rejects.toMatchObject({ data: { code: 'DESK_CLOSED' } });
  const answer = await asAgent(old.settings.siteUrl, '/conversations?a=b', { externalId: 'x' });
  expect([answer.status, answer.headers.get('location')]).toEqual([
    308,
    `${other.siteUrl}/api/v1/conversations?a=b`,
  ]);
  const chat = await fetch(`${old.settings.siteUrl}/widget/sessions`, {
    method: 'POST',
    body: JSON.stringify({ channel: 'x' }),
  });
  expect(chat.status).toBe(503);
  const addresses = await fetch(`${old.settings.url}/config.json`);
  expect(await addresses.json()).toEqual({ url: other.url, siteUrl: other.siteUrl });
});

it('a deployment that has a desk takes no other, and both stay as they are', async () => {
  const ended = await move(['--from', other.url, '--to', old.settings.dataDir], {
    MOVE_FROM_KEY: other.adminKey,
  });
  expect(ended.output).toContain('has a desk already. Move to an empty deployment; nothing was changed.');
  expect(ended.code).toBe(1);
  await (await signedIn(other.url)).query(api.me.get, {});
}, 60_000);

it('and back: what was added there comes along, and the snooze still waits', async () => {
  const { id } = (await (
    await asAgent(other.siteUrl, '/conversations', {
      externalId: 'made there',
      customer: { externalId: 'made there', name: 'New' },
    })
  ).json()) as { id: Id<'conversations'> };
  const settings = await freshSettings();
  folders.push(settings.dataDir);
  const ended = await move(['--from', other.url, '--to', settings.dataDir], {
    MOVE_FROM_KEY: other.adminKey,
    PORT: String(settings.port),
    SITE_PORT: String(settings.sitePort),
  });
  expect(ended.output).toContain(`The desk is at ${settings.url}`);
  expect(ended.code).toBe(0);

  back = { settings, desk: await startDesk(settings, { app: false }) };
  const found = (await (await asAgent(settings.siteUrl, `/conversations/${id}`)).json()) as object;
  expect(found).toMatchObject({ id, externalId: 'made there' });
  const client = await signedIn(settings.url);
  const { snoozedUntil } = await ticket(client, 1);
  expect(await pendingJobs(back.desk.engine)).toContainEqual(['jobs/tickets.js:endSnooze', snoozedUntil]);
}, 180_000);

it('a desk that has moved can be opened again', async () => {
  const ended = await move(['--reopen', old.settings.dataDir]);
  expect(ended.code).toBe(0);
  await heartbeat();
});
