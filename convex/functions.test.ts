/// <reference types="vite/client" />
import { expect, test } from 'vitest';
import { internal } from './_generated/api';
import type { Permission } from './shared/people/permissions';
import { createTeam, customerIdentity, refusal, setupTest, type TestDesk, testSiteUrl } from './test.setup';

const ask = (as: Pick<TestDesk, 'query'>, teamId: string, permission: Permission) =>
  as.query(internal.accounts.gate.requireMemberOf, { teamId: teamId as never, permission });

test('[R2] the gate lets a member in and tells a stranger nothing', async () => {
  const t = setupTest();
  const blue = await createTeam(t, 'Blue Shop');
  const red = await createTeam(t, 'Red Shop');

  expect(await ask(blue.operator.as, blue.teamId, 'ticket.read')).toMatchObject({
    _id: blue.operator.memberId,
  });
  expect(await refusal(ask(blue.operator.as, blue.teamId, 'members.manage'))).toBe('NOT_ALLOWED');
  expect(await refusal(ask(red.owner.as, blue.teamId, 'ticket.read'))).toBe('NOT_FOUND');
  expect(await refusal(ask(t, blue.teamId, 'ticket.read'))).toBe('NOT_SIGNED_IN');
});

test('[R1] a removed member and a deleted team answer alike', async () => {
  const t = setupTest();
  const blue = await createTeam(t);
  await t.run((ctx) => ctx.db.patch(blue.operator.memberId, { removedAt: Date.now() }));
  expect(await refusal(ask(blue.operator.as, blue.teamId, 'ticket.read'))).toBe('NOT_FOUND');
  await t.run((ctx) => ctx.db.delete(blue.teamId));
  expect(await refusal(ask(blue.operator.as, blue.teamId, 'ticket.read'))).toBe('NOT_FOUND');
});

test('[R2] a session that was ended no longer lets its token in', async () => {
  const t = setupTest();
  const blue = await createTeam(t);
  await t.run((ctx) => ctx.db.delete(blue.operator.sessionId));
  expect(await refusal(ask(blue.operator.as, blue.teamId, 'ticket.read'))).toBe('NOT_SIGNED_IN');
});

test("[M9] a customer's token never passes for an operator's, nor one from another issuer", async () => {
  const t = setupTest();
  const blue = await createTeam(t);
  const subject = `${blue.owner.userId}|${blue.owner.sessionId}`;
  const asCustomer = t.withIdentity({ ...customerIdentity(subject as never), subject });
  expect(await refusal(ask(asCustomer, blue.teamId, 'ticket.read'))).toBe('NOT_SIGNED_IN');
  const asOther = t.withIdentity({ issuer: `${testSiteUrl}.evil.example`, subject });
  expect(await refusal(ask(asOther, blue.teamId, 'ticket.read'))).toBe('NOT_SIGNED_IN');
});

/** Every mutation there is, by name, with what it says of its rank. */
const ranks = Object.entries(
  import.meta.glob<Record<string, unknown>>(['./**/*.ts', '!./**/*.*.ts', '!./_generated/**'], {
    eager: true,
  }),
).flatMap(([path, module]) =>
  Object.entries(module)
    .filter(([, value]) => (value as { isMutation?: boolean } | null)?.isMutation === true)
    .map(([name, value]) => {
      const { isPublic = false, writeRank } = value as { isPublic?: boolean; writeRank?: string };
      return { name: `${path.replace(/^\.\/|\.ts$/g, '')}:${name}`, isPublic, rank: writeRank };
    }),
);

test("[E4] takeovers go first, then what operators do, what becomes due and what a provider tells, then agents' and customers' mutations", () => {
  const named = (wanted: (one: (typeof ranks)[number]) => boolean) =>
    ranks
      .filter(wanted)
      .map(({ name }) => name)
      .toSorted();
  expect(named(({ rank }) => rank === 'first')).toEqual([
    'messages:takeOverAndSend',
    'tickets:takeOver',
    'tickets:takeOverConversation',
  ]);
  expect(named(({ isPublic, rank }) => isPublic && rank === undefined)).toEqual([
    'web:askForPerson',
    'web:describe',
    'web:endChat',
    'web:goBack',
    'web:leaveEmail',
    'web:mailTranscript',
    'web:markRead',
    'web:notePage',
    'web:rate',
    'web:send',
    'web:setTyping',
  ]);
  expect(named(({ isPublic, rank }) => !isPublic && rank !== undefined)).toEqual([
    'delivery/receive:store',
    'delivery/whatsapp/receiving:store',
    'jobs/agentRuns:answerOverdue',
    'jobs/agentRuns:dismiss',
    'jobs/alarms:ring',
    'jobs/delivery:expireDeskMail',
    'jobs/delivery:probe',
    'jobs/delivery:resume',
    'jobs/delivery:sweep',
    'jobs/members:release',
    'jobs/members:watchHeld',
    'jobs/outbox:expireLease',
    'jobs/routing:pass',
    'jobs/sweeps:holders',
    'jobs/sweeps:presence',
    'jobs/sweeps:routing',
    'jobs/tickets:autoClose',
    'jobs/tickets:endSnooze',
    'jobs/tickets:releaseReopened',
  ]);
});
