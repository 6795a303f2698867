/** What is of one version of before alone, beside what holds for a folder of every version (upgrade.test.ts). */
import { expect } from 'vitest';
import type { Doc, Id } from '../../convex/_generated/dataModel.js';
import { rampNextAt } from '../../convex/shared/routing/routing.ts';
import type { Folder } from './folder.ts';
import { type Job, rowsOf } from './people.ts';

type Alarm = Pick<Doc<'alarms'>, 'kind' | 'subject' | 'dueAt'>;

export interface FormerVersion {
  /** Whether a migration goes through any of it. */
  isMigrated: boolean;
  /** Jobs that go on under another name, with the same arguments. */
  renamed: Record<string, string>;
  /** Whether something else waits now for what this job waited for. */
  isReplaced(job: Job): boolean;
  /** Jobs that come due between the push and the migrations, and are gone by then; in alphabetical order. */
  failing: string[];
  /** Of what kinds these are. */
  alarms: Alarm['kind'][];
  /** What must be an alarm of now, read before the upgrade. */
  alarmsOf(folder: Folder): Alarm[];
  /** By when a conversation is owed an answer, read before the upgrade. */
  owedAt(folder: Folder, conversationId: Id<'conversations'>): number;
  /** What the migrations leave, read in the end. */
  checkNothingLeft(folder: Folder): void;
}

/** As now: a version begins with it and says what has changed since. */
const asNow: FormerVersion = {
  isMigrated: false,
  renamed: {},
  isReplaced: () => false,
  failing: [],
  alarms: ['presence', 'holder', 'ramp', 'needs', 'pickUp'],
  alarmsOf: (folder) => {
    const others = rowsOf(folder, 'alarms').filter(({ kind }) => kind !== 'ramp');
    // The alarm of a ramp may be that of somebody who has gone since, until the next pass.
    const ramping = rowsOf(folder, 'memberStatuses').flatMap((row) => {
      const { teamId, eligibleSince: startedAt, rampShare: share, rampGiven: given } = row;
      if (startedAt === undefined || share === undefined || given === undefined) return [];
      return alarm('ramp', teamId, rampNextAt({ startedAt, share, given }));
    });
    return [...others.map(({ kind, subject, dueAt }) => alarm(kind, subject, dueAt)), ...ramping];
  },
  owedAt: (folder, conversationId) =>
    rowsOf(folder, 'threadHeads').find((head) => head.conversationId === conversationId)!.answerDueAt!,
  checkNothingLeft: () => {},
};

const version5: FormerVersion = {
  ...asNow,
  alarms: [...asNow.alarms, 'live'],
  // Two looks at a conversation's heat were due as the desk was stopped (`stoppedAt`): the next message asks for another.
  isReplaced: ({ name, scheduledTime }) =>
    name === 'agents/heat.js:look' && scheduledTime <= 1_795_914_725_198,
  failing: ['agents/heat.js:look', 'agents/heat.js:look'],
};

const version4: FormerVersion = { ...asNow, isMigrated: true };

const version3: FormerVersion = {
  ...asNow,
  alarms: ['presence', 'holder', 'ramp'],
  isMigrated: true,
  checkNothingLeft: (folder) => {
    checkFindable(folder);
    checkTakeovers(folder);
  },
};

const version2: FormerVersion = {
  ...version3,
  checkNothingLeft: (folder) => {
    checkIdentities(folder);
    version3.checkNothingLeft(folder);
  },
};

/** [T9] What has a text is found by it, once. */
function checkFindable(folder: Folder): void {
  const entries = rowsOf(folder, 'entries').filter(({ text }) => /\p{L}/u.test(text ?? ''));
  const found = rowsOf(folder, 'searchRows').filter(({ entryId }) => entryId !== undefined);
  expect(found.map(({ entryId }) => entryId).toSorted()).toEqual(entries.map(({ _id }) => _id).toSorted());
}

/** [M9] What a customer was known by stands in rows of its own. */
function checkIdentities(folder: Folder): void {
  const customers = rowsOf(folder, 'customers');
  expect(customers.filter((row) => 'email' in row || 'externalId' in row)).toEqual([]);
  expect(rowsOf(folder, 'customerIdentities')).not.toEqual([]);
}

/** [B1] Whom a person answers is counted. */
function checkTakeovers(folder: Folder): void {
  const held = rowsOf(folder, 'controls').filter(({ holder }) => holder === 'operator');
  expect(rowsOf(folder, 'liveTakeovers')).toHaveLength(held.length);
}

const waitedForElsewhere = [
  'agentRuns.js:answerOverdue',
  'members.js:checkPresence',
  'routing.js:wake',
  'vanished.js:look',
];

const version1: FormerVersion = {
  isMigrated: true,
  renamed: {
    'members.js:release': 'jobs/members.js:release',
    'outbox.js:expireLease': 'jobs/outbox.js:expireLease',
    'ticketJobs.js:autoClose': 'jobs/tickets.js:autoClose',
    'ticketJobs.js:endSnooze': 'jobs/tickets.js:endSnooze',
    'ticketJobs.js:releaseReopened': 'jobs/tickets.js:releaseReopened',
  },
  isReplaced: ({ name, args: [args] }) => waitedForElsewhere.includes(name) || 'runId' in args,
  failing: ['agents/knowledge.js:deliver', 'outbox.js:expireLease'],
  alarms: ['presence', 'holder', 'ramp'],
  alarmsOf: (folder) => {
    const ramping = rowsOf(folder, 'memberStatuses').filter(({ rampWakeAt }) => rampWakeAt !== undefined);
    return [
      ...rowsOf(folder, 'presenceChecks').map(({ memberId, dueAt }) => alarm('presence', memberId, dueAt)),
      ...rowsOf(folder, 'holderWatches').map((row) => alarm('holder', row.conversationId, row.dueAt)),
      ...ramping.map((row) => alarm('ramp', row.teamId, row.rampWakeAt!)),
    ];
  },
  owedAt: (folder, conversationId) => {
    const owed = rowsOf(folder, 'answerDeadlines').filter((row) => row.conversationId === conversationId);
    return Math.min(...owed.map(({ dueAt }) => dueAt));
  },
  checkNothingLeft: (folder) => {
    checkIdentities(folder);
    checkFindable(folder);
    for (const table of ['answerDeadlines', 'holderWatches', 'presenceChecks'] as const)
      expect(rowsOf(folder, table)).toEqual([]);
    expect(rowsOf(folder, 'memberStatuses').filter((row) => 'rampWakeAt' in row)).toEqual([]);
    expect(rowsOf(folder, 'members').filter((row) => 'turn' in row)).toEqual([]);
    const decisions = rowsOf(folder, 'assignmentDecisions');
    expect(decisions).not.toEqual([]);
    expect(decisions.filter((row) => row.passId === undefined || 'candidates' in row)).toEqual([]);
    const runs = rowsOf(folder, 'agentRuns');
    expect(runs.filter(({ number }) => number === undefined)).toEqual([]);
    expect(new Set(runs.map(({ conversationId }) => conversationId)).size).toBe(runs.length);
    const heads = rowsOf(folder, 'threadHeads');
    expect(heads.filter(({ presentTicketId }) => presentTicketId === undefined)).toEqual([]);
    expect(rowsOf(folder, 'ticketRows').filter((row) => 'bucket' in row || 'agentName' in row)).toEqual([]);
    checkTakeovers(folder);
  },
};

export const formerVersions: Record<string, FormerVersion> = {
  1: version1,
  2: version2,
  3: version3,
  4: version4,
  5: version5,
};

function alarm(kind: Alarm['kind'], subject: string, dueAt: number): Alarm {
  return { kind, subject, dueAt };
}
