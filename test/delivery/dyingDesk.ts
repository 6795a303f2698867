/** A desk in a process of its own that is killed at a step of a send, and started again later (convex/delivery/steps.ts). */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConvexHttpClient } from 'convex/browser';
import { expect, vi } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import type { Step } from '../../convex/delivery/steps.ts';
import { readShared, readThread } from '../../convex/readShared.setup.ts';
import { rowsOf } from './mailDesk.ts';
import { owner, setUpDesk, startTestDesk, type TestDesk } from '../journeys/harness.ts';

export const steps: Step[] = ['claimed', 'prepared', 'kept', 'called', 'settled'];
/** Past any lease, and short of what a provider remembers. */
const laterMs = 40_000;

/** A conversation that the owner has taken over. */
export interface Held {
  operator: ConvexHttpClient;
  teamId: Id<'teams'>;
}

export class DyingDesk {
  readonly said: string[] = [];
  offsetMs = 0;
  readonly #clockFile = join(tmpdir(), `baton-clock-${process.pid}`);
  /** Told of each step; the one that is waited for ends the desk there. */
  #fatal: Step | null = null;
  /** Sends that were on their way before: none of theirs is meant. */
  #before = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #told = createServer((request, response) => {
    const [, step, of] = request.url!.split('/') as [string, Step, string];
    this.#seen.add(of);
    if (step !== this.#fatal || this.#before.has(of)) return void response.end();
    this.#fatal = null;
    this.#host?.kill('SIGKILL');
  });
  #settings: TestDesk['settings'] | undefined;
  #host: ChildProcess | undefined;
  #teamId: Id<'teams'> | undefined;
  #conversationId: Id<'conversations'> | undefined;

  /** `prepare` leaves ticket 1 behind, taken over. */
  async start(prepare: (desk: TestDesk, held: Held) => Promise<void>): Promise<void> {
    await once(this.#told.listen(0, '127.0.0.1'), 'listening');
    const desk = await startTestDesk({ app: false });
    this.#settings = desk.settings;
    const { operator, teamId } = await setUpDesk(desk);
    this.#teamId = teamId;
    await prepare(desk, { operator, teamId });
    const { port } = this.#told.address() as AddressInfo;
    await desk.engine.environment.set({ DELIVERY_STEPS: `http://127.0.0.1:${port}` });
    const { ticket } = (await readShared(operator, api.tickets.get, { teamId, number: 1 }))!;
    this.#conversationId = ticket.conversationId;
    await operator.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
    // What the takeover says is none of the sends that are meant.
    const underWay = async () =>
      (await rowsOf({ desk }, 'outbox')).filter(({ state }) => state === 'queued' || state === 'claimed');
    await vi.waitFor(async () => expect(await underWay()).toEqual([]), { timeout: 30_000 });
    await desk.stop();
    await this.#startHost();
  }

  stop(): void {
    this.#host?.kill('SIGKILL');
    this.#told.close();
    if (this.#settings !== undefined) rmSync(this.#settings.dataDir, { recursive: true, force: true });
  }

  /** Says something, dies at that step of its send, and is started again past its lease. Returns what it said. */
  async dieAt(step: Step): Promise<string> {
    const died = once(this.#host!, 'exit');
    this.#before = new Set(this.#seen);
    this.#fatal = step;
    const text = await this.reply();
    await died;
    this.offsetMs += laterMs;
    await this.#startHost();
    return text;
  }

  async reply(): Promise<string> {
    const client = await this.signIn();
    const [teamId, conversationId] = [this.#teamId!, this.#conversationId!];
    const text = `Reply ${this.said.length + 1}`;
    const { control } = (await readShared(client, api.tickets.get, { teamId, number: 1 }))!;
    const { lastSequence } = await readShared(client, api.conversations.head, { teamId, conversationId });
    const message = { teamId, conversationId, text, clientMessageId: text, epoch: control.epoch };
    const outcome = await client.mutation(api.messages.reply, { ...message, seenThrough: lastSequence });
    expect(outcome).toHaveProperty('sent');
    this.said.push(text);
    return text;
  }

  /** What it knows of its replies, by their text. */
  async deliveries(client: ConvexHttpClient): Promise<Map<string, string | undefined>> {
    const [teamId, conversationId] = [this.#teamId!, this.#conversationId!];
    const entries = await readThread(client, { teamId, conversationId });
    const mine = entries.filter(({ text }) => text?.startsWith('Reply '));
    return new Map(mine.map(({ text, delivery }) => [text!, delivery?.state]));
  }

  async signIn(): Promise<ConvexHttpClient> {
    const client = new ConvexHttpClient(this.#settings!.url, { logger: false });
    const params = { flow: 'signIn', email: owner.email, password: owner.password };
    const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
    client.setAuth(tokens!.token);
    return client;
  }

  /** It goes on, so much later. */
  passes(ms: number): void {
    this.offsetMs += ms;
    writeFileSync(this.#clockFile, String(this.offsetMs));
  }

  async #startHost(): Promise<void> {
    writeFileSync(this.#clockFile, String(this.offsetMs));
    this.#host = fork(
      join(import.meta.dirname, '../upgrades/host.ts'),
      ['desk', JSON.stringify(this.#settings)],
      {
        execArgv: ['--import', pathToFileURL(join(import.meta.dirname, '../faults/clock.ts')).href],
        env: { ...process.env, CLOCK_FILE: this.#clockFile },
      },
    );
    const [report] = (await once(this.#host, 'message')) as [{ failed?: string }];
    if (report.failed !== undefined) throw new Error(report.failed);
  }
}
