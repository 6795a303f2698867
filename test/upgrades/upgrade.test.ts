/**
 * Yesterday's folder opens: a folder of each version of before is opened by the desk of now, brought up to date while it is at
 * work, and lived on with until everything that was waited for has come. The clock is the test's, so that what was due in a
 * minute or in four days is still to come whenever the test runs.
 */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Doc, Id } from '../../convex/_generated/dataModel.js';
import { checkBoard } from '../simulation/boardChecks.ts';
import { checkLoads, checkOneVoice, checkRows } from '../simulation/checks.ts';
import type { Desk } from '../simulation/driver.ts';
import type { Twin } from '../simulation/twin.ts';
import { until } from '../engine/harness.ts';
import { Folder, type HostedDesk, keptVersions } from './folder.ts';
import { callApi, type Job, jobsOf, Load, rowsOf, signIn } from './people.ts';
import { formerVersions } from './formerVersions.ts';
import { readerOf, readShared, readThread } from '../../convex/readShared.setup.ts';

const isPending = ({ state }: Job) => state.kind === 'pending';
const isKept = ({ state }: Job) => ['pending', 'success'].includes(state.kind);

const minute = 60_000;
const day = 24 * 60 * minute;
/** Later than the built-in agent's answer and the lease of a send, earlier than anything else that is waited for. */
const whenMigrated = 30_000;

describe.concurrent.each(keptVersions)('a folder of version %s', (version) => {
  // One after another: a test finds what the one before it has left.
  describe('in the desk of now', { concurrent: false, timeout: 60_000 }, () => {
    opened(version);
  });
});

function opened(version: string): void {
  const former = formerVersions[version]!;
  const folder = new Folder(version);
  const { contents } = folder;
  const { teamId, conversations, members } = contents;
  const before = {
    entries: rowsOf(folder, 'entries'),
    tickets: rowsOf(folder, 'tickets'),
    alarms: former.alarmsOf(folder),
    pending: jobsOf(folder).filter(isPending),
    owedAt: former.owedAt(folder, conversations.owed),
  };
  const askedBefore = before.entries.find(({ text }) => text === 'How long can I return things?')!;
  let desk: HostedDesk;
  let load: Load;
  let lines: string[];
  let restarted: string[];
  let after: Job[];
  let alarms: Doc<'alarms'>[];
  let heads: Doc<'threadHeads'>[];

  beforeAll(async () => {
    desk = await folder.start('push');
    folder.setClock(whenMigrated);
    // One stays, for the ramp.
    const [_stays, ...waiting] = before.tickets.filter(
      ({ status, assigneeId, snoozedUntil }) =>
        status === 'new' && assigneeId === undefined && snoozedUntil === undefined,
    );
    expect(waiting).not.toEqual([]);
    load = new Load(
      desk,
      contents,
      await signIn(desk, 'ana', contents),
      waiting.map(({ conversationId }) => conversationId),
    );
    // What is due by then fails for want of its function.
    await until(() => load.acknowledged.length > 20, 'the desk takes messages', 60_000);
    await desk.upgrade();
    ({ lines } = desk);
    // A stop would end the thought, which is then thought again only as its clock goes on.
    const ana = await signIn(desk, 'ana', contents);
    const about = { teamId, conversationId: askedBefore.conversationId };
    const isAnswered = async () =>
      (await readThread(ana, about)).some(({ author }) => author.kind === 'agent');
    await until(isAnswered, 'the turn that was under way answers', 60_000);
    await until(() => load.takenOver.length === waiting.length, 'conversations are taken over', 60_000);
    await load.end();
    await desk.stop();
    after = jobsOf(folder);
    alarms = rowsOf(folder, 'alarms');
    heads = rowsOf(folder, 'threadHeads');
    desk = await folder.start('desk');
    restarted = desk.lines;
  }, 240_000);
  afterAll(async () => {
    await desk?.stop();
    folder.remove();
  });

  test('is brought up to date once, with a line that says so where anything was', () => {
    const line = expect.stringMatching(/^Data of an earlier version was brought up to date \(\d+ doc/);
    expect(lines).toEqual(former.isMigrated ? [line] : []);
    expect(restarted).toEqual([]);
  });

  test('keeps every job that was pending, for its instant; those that failed meanwhile are made up for', () => {
    const isGone = (job: Job) => job.name in former.renamed || former.isReplaced(job);
    expect(before.pending.length).toBeGreaterThan(10);
    expect(after.filter((job) => isGone(job) && isPending(job))).toEqual([]);
    const failed = after.filter(({ state }) => state.kind === 'failed');
    expect(failed.map(({ name }) => name).toSorted()).toEqual(former.failing);
    for (const job of before.pending) {
      if (former.isReplaced(job)) continue;
      const { name, args, scheduledTime } = job;
      const migratedAt = contents.stoppedAt + whenMigrated;
      const at = name in former.renamed ? Math.max(scheduledTime, migratedAt) : scheduledTime;
      const nameNow = former.renamed[name] ?? name;
      const kept = after.filter((of) => of.name === nameNow && of.scheduledTime === at && isKept(of));
      const found = kept.map((of) => of.args);
      expect(found, `${name} at ${at}`).toContainEqual(args);
    }
  });

  test('[H6] waits on for the answers that are owed', () => {
    const { owed: conversationId } = conversations;
    const dueAt = before.owedAt;
    const head = heads.find((of) => of.conversationId === conversationId);
    expect(head?.answerDueAt).toBe(dueAt);
    expect(after).toContainEqual(
      expect.objectContaining({
        name: 'jobs/agentRuns.js:answerOverdue',
        args: [{ conversationId, dueAt }],
        scheduledTime: dueAt,
        state: { kind: 'pending' },
      }),
    );
  });

  test('[A2] [A8] [C12] waits on for people who may be gone and for the next ticket of a ramp', () => {
    expect(new Set(before.alarms.map(({ kind }) => kind))).toEqual(new Set(former.alarms));
    for (const alarm of before.alarms) {
      expect(alarms).toContainEqual(expect.objectContaining(alarm));
      const pending = { scheduledTime: alarm.dueAt, state: { kind: 'pending' } };
      const ring = { name: 'jobs/alarms.js:ring', args: [alarm], ...pending };
      expect(after).toContainEqual(expect.objectContaining(ring));
    }
  });

  test('[P1] [P2] lets everybody in as before: passwords, the key of an agent, its repeated call, a chat', async () => {
    const ben = await signIn(desk, 'ben', contents);
    const draft = await ben.query(api.drafts.get, { teamId, conversationId: conversations.held });
    expect(draft).toEqual({ reply: 'I have found it, it is', note: '', mode: 'reply' });
    expect((await callApi(desk, contents, '/me')).status).toBe(200);
    const path = `/conversations/${conversations.owed}/customer-messages`;
    const again = { 'idempotency-key': contents.idempotencyKey };
    const repeated = await callApi(desk, contents, path, { text: 'It is order 48213.' }, again);
    expect(repeated).toMatchObject({ status: 201, body: { sequence: 2 } });
    const renewed = await fetch(`${desk.siteUrl}/widget/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionToken: contents.sessionToken }),
    });
    expect(renewed.status).toBe(200);
  });

  test('goes on until everything that was waited for has come', async () => {
    const ana = await signIn(desk, 'ana', contents);
    const dora = await signIn(desk, 'dora', contents);
    // Somebody is there all along; whoever writes also makes the scheduler look at the clock that was set.
    const passTo = async (afterMs: number, who = { ana, dora }) => {
      folder.setClock(afterMs);
      await who.dora.mutation(api.members.heartbeat, { teamId, sessionId: 'tab', idleMs: 0 });
      await who.ana.mutation(api.teams.update, { teamId, assignmentMode: 'balanced' });
    };
    const ticketsOf = async (as: ConvexHttpClient, conversationId: Id<'conversations'>) => {
      const found = [];
      for (let number = 1; ; number++) {
        const page = await readShared(as, api.tickets.get, { teamId, number });
        if (page === null) return found;
        if (page.ticket.conversationId === conversationId) found.push(page);
      }
    };
    const becomes = (what: string, condition: () => Promise<boolean>) => until(condition, what, 20_000);

    for (let afterMs = minute; afterMs <= 3 * minute; afterMs += minute) await passTo(afterMs);
    await becomes('the conversation of who vanished is given to others', async () => {
      const [page] = await ticketsOf(ana, conversations.vanished);
      return page!.ticket.assigneeId !== members.cleo;
    });
    await becomes('the reopened ticket leaves who is away', async () => {
      const [page] = await ticketsOf(ana, conversations.reopened);
      return page!.ticket.assigneeId !== members.ben;
    });
    for (let afterMs = 4 * minute; afterMs <= 11 * minute; afterMs += minute) await passTo(afterMs);
    await becomes('the answer that was owed is a handover', async () => {
      const [page] = await ticketsOf(ana, conversations.owed);
      return page !== undefined;
    });

    folder.setClock(62 * minute);
    const later = { ana: await signIn(desk, 'ana', contents), dora: await signIn(desk, 'dora', contents) };
    await passTo(62 * minute, later);
    await becomes('the snoozed ticket is awake', async () => {
      const [page] = await ticketsOf(later.ana, conversations.snoozed);
      return page!.ticket.snoozedUntil === undefined;
    });

    folder.setClock(4 * day + minute);
    const last = { ana: await signIn(desk, 'ana', contents), dora: await signIn(desk, 'dora', contents) };
    await passTo(4 * day + minute, last);
    await becomes('the resolved ticket is closed', async () => {
      const [page] = await ticketsOf(last.ana, conversations.resolved);
      return page!.ticket.status === 'closed';
    });
    await checkLists(last.ana);
  }, 240_000);

  test('[M1] [T1] [C1] has lost and doubled nothing', async () => {
    await desk.stop();
    const entries = rowsOf(folder, 'entries');
    const texts = entries.filter(({ text }) => text?.startsWith('Under load')).map(({ text }) => text);
    expect(texts.toSorted()).toEqual(load.acknowledged.toSorted());
    // A migration may add to an entry.
    const now = new Map(entries.map((entry) => [entry._id, entry]));
    for (const entry of before.entries) expect(now.get(entry._id)).toMatchObject(entry);
    for (const ofOne of Map.groupBy(entries, ({ conversationId }) => conversationId).values()) {
      const inOrder = ofOne.toSorted((a, b) => a.sequence - b.sequence);
      expect(inOrder.map(({ sequence }) => sequence)).toEqual(inOrder.map((_, index) => index + 1));
      checkOneVoice(inOrder as never);
    }
    const tickets = rowsOf(folder, 'tickets');
    expect(tickets.map(({ number }) => number)).toEqual(tickets.map((_, index) => index + 1));
    expect(tickets.map(({ _id }) => _id)).toEqual(
      expect.arrayContaining(before.tickets.map(({ _id }) => _id)),
    );
  });

  test('holds nothing of before any more', async () => {
    await desk.stop();
    former.checkNothingLeft(folder);
    const failed = jobsOf(folder).filter(({ state }) => state.kind === 'failed');
    expect(failed.map(({ name }) => name).toSorted()).toEqual(former.failing);
  });

  test('[E5] every ticket stands in the lists, and every team has its read keys', async () => {
    await desk.stop();
    const inOrder = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
    const standing = rowsOf(folder, 'ticketPlaces').map(({ number }) => number);
    expect(inOrder(standing)).toEqual(inOrder(rowsOf(folder, 'tickets').map(({ number }) => number)));
    const teams = rowsOf(folder, 'teams').length;
    expect(rowsOf(folder, 'readKeys')).toHaveLength(3 * teams);
  });

  test('[P4] [C4] the turn that was under way has answered its customer, from the articles of before, once', async () => {
    await desk.stop();
    const all = rowsOf(folder, 'entries');
    const answers = all.filter(
      ({ conversationId, author }) =>
        conversationId === askedBefore.conversationId && author.kind === 'agent',
    );
    expect(answers.map(({ articleIds }) => articleIds?.length)).toEqual([expect.any(Number)]);
    expect(answers[0]!.articleIds).not.toEqual([]);
  });

  /** [A4] [B2] [E3] The lists, their counts and everybody's load are a recount of the tickets. */
  async function checkLists(as: ConvexHttpClient): Promise<void> {
    const read = readerOf(as, teamId);
    const numbers = [];
    for (let number = 1; (await read(api.tickets.get, { number })) !== null; number++)
      numbers.push({ number });
    const memberIds = (await read(api.members.list, {})).map(({ memberId }) => memberId);
    const world = { teamId, memberIds, keyHash: '', conversationIds: [] };
    const twin = { conversations: [{ tickets: numbers }] } as unknown as Twin;
    const upgraded = { read, readAsManager: readerOf(as, teamId, 'manager') } as unknown as Desk;
    await checkRows(upgraded, world, twin);
    await checkLoads(upgraded, twin);
    await checkBoard(upgraded, world, twin);
  }
}
