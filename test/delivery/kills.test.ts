/**
 * The desk is killed at each step of a send, again and again (docs/rules.md M2). The provider's own log says what it has: every
 * reply once, and in order. ROUNDS says how often each step is met.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import type { Step } from '../../convex/delivery/steps.ts';
import { readShared, readThread } from '../../convex/readShared.setup.ts';
import { type LocalResend, startResend } from '../../providers/resend/start.ts';
import { connectAddress, support } from '../journeys/mailDesk.ts';
import { owner, setUpDesk, startTestDesk, type TestDesk } from '../journeys/harness.ts';

const rounds = Number(process.env.ROUNDS ?? 1);
const steps: Step[] = ['claimed', 'prepared', 'kept', 'called', 'settled'];
const customer = 'jo@customer.example';
/** Past any lease, and short of what the provider remembers. */
const laterMs = 40_000;

const clockFile = join(tmpdir(), `baton-clock-${process.pid}`);
let offsetMs = 0;
let settings: TestDesk['settings'];
let resend: LocalResend;
let host: ChildProcess;
let teamId: Id<'teams'>;
let conversationId: Id<'conversations'>;
const said: string[] = [];

/** Told of each step; the one that is waited for ends the desk there. */
let fatal: Step | null = null;
/** Sends that were on their way before: none of theirs is meant. */
let before = new Set<string>();
const seen = new Set<string>();
const told = createServer((request, response) => {
  const [, step, of] = request.url!.split('/') as [string, Step, string];
  seen.add(of);
  if (step !== fatal || before.has(of)) return void response.end();
  fatal = null;
  host.kill('SIGKILL');
});

async function startHost(): Promise<void> {
  writeFileSync(clockFile, String(offsetMs));
  host = fork(join(import.meta.dirname, '../upgrades/host.ts'), ['desk', JSON.stringify(settings)], {
    execArgv: ['--import', pathToFileURL(join(import.meta.dirname, '../faults/clock.ts')).href],
    env: { ...process.env, CLOCK_FILE: clockFile },
  });
  const [report] = (await once(host, 'message')) as [{ failed?: string }];
  if (report.failed !== undefined) throw new Error(report.failed);
}

async function signIn(): Promise<ConvexHttpClient> {
  const client = new ConvexHttpClient(settings.url, { logger: false });
  const params = { flow: 'signIn', email: owner.email, password: owner.password };
  const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
  client.setAuth(tokens!.token);
  return client;
}

beforeAll(async () => {
  resend = await startResend({ retryScale: 0.001, ratePerSecond: 1_000, now: () => Date.now() + offsetMs });
  await once(told.listen(0, '127.0.0.1'), 'listening');
  const desk = await startTestDesk({ app: false });
  settings = desk.settings;
  const { operator, teamId: team } = await setUpDesk(desk);
  teamId = team;
  await connectAddress({ desk, resend, operator, teamId });
  await desk.engine.environment.set({
    DELIVERY_STEPS: `http://127.0.0.1:${(told.address() as AddressInfo).port}`,
  });
  await resend.receive({ from: customer, to: support, text: 'Let me talk to a person.' });
  await vi.waitFor(() => expect(resend.log.acceptedFor(customer)).toHaveLength(1), { timeout: 60_000 });
  const { ticket } = (await readShared(operator, api.tickets.get, { teamId, number: 1 }))!;
  ({ conversationId } = ticket);
  await operator.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
  await desk.stop();
  await startHost();
}, 120_000);

afterAll(async () => {
  host?.kill('SIGKILL');
  told.close();
  await resend?.stop();
  if (settings !== undefined) rmSync(settings.dataDir, { recursive: true, force: true });
});

async function replies(client: ConvexHttpClient, count: number): Promise<void> {
  for (let each = 0; each < count; each++) {
    const text = `Reply ${said.length + 1}`;
    const { control } = (await readShared(client, api.tickets.get, { teamId, number: 1 }))!;
    const { lastSequence: seenThrough } = await readShared(client, api.conversations.head, {
      teamId,
      conversationId,
    });
    const message = {
      teamId,
      conversationId,
      text,
      clientMessageId: text,
      epoch: control.epoch,
      seenThrough,
    };
    const outcome = await client.mutation(api.messages.reply, message);
    expect(outcome).toHaveProperty('sent');
    said.push(text);
  }
}

const arrived = () =>
  resend.log.acceptedFor(customer).flatMap(({ body }) => /Reply \d+/.exec(JSON.stringify(body))?.[0] ?? []);

/** What the desk knows of its replies, oldest first. */
async function deliveries(client: ConvexHttpClient): Promise<(string | undefined)[]> {
  const entries = await readThread(client, { teamId, conversationId });
  const mine = entries.filter(({ text }) => text?.startsWith('Reply '));
  return mine.map(({ delivery }) => delivery?.state);
}

test.each(steps)(
  '[M2] [C11] a desk that dies at “%s” sends every reply once, in order',
  async (step) => {
    for (let round = 0; round < rounds; round++) {
      const died = once(host, 'exit');
      before = new Set(seen);
      fatal = step;
      await replies(await signIn(), 1);
      await died;
      offsetMs += laterMs;
      await startHost();
      const client = await signIn();
      await replies(client, 1);
      await expect
        .poll(async () => new Set(await deliveries(client)), { timeout: 60_000, interval: 100 })
        .toEqual(new Set(['delivered']));
      expect(arrived()).toEqual(said);
    }
  },
  1_200_000,
);
