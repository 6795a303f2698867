/** The simulation's desk on convex-test: one team, an outside agent, three operators, two conversations. */
import { type FunctionReference, getFunctionName } from 'convex/server';
import type { Desk, World } from './driver.ts';
import { conversations, operators } from './steps.ts';
import { internal } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { addMember, createTeam, setupTest } from '../../convex/test.setup';

type Caller = Pick<ReturnType<typeof setupTest>, 'query' | 'mutation'>;

export async function openSimulatedDesk(): Promise<{ desk: Desk; world: World }> {
  const t = setupTest();
  const { teamId } = await createTeam(t);
  const agentId = await t.run((ctx) =>
    ctx.db.insert('agents', { teamId, name: 'Robin', kind: 'external', active: true }),
  );
  const members = [];
  for (let position = 0; position < operators; position++) {
    members.push(await addMember(t, teamId, `Operator${position}`, 'operator'));
  }
  const keyHash = 'simulated';
  const createdBy = members[0]!.memberId;
  await t.run((ctx) =>
    ctx.db.insert('agentKeys', { teamId, agentId, name: 'simulation', prefix: '', hash: keyHash, createdBy }),
  );
  const conversationIds: Id<'conversations'>[] = [];
  for (let position = 0; position < conversations; position++) {
    const start = { externalId: `thread-${position}`, customer: { externalId: `customer-${position}` } };
    const args = { keyHash, once: null, input: JSON.stringify(start), conversationId: '' };
    const { body } = await t.mutation(internal.http.api.calls.startConversation, args);
    conversationIds.push((JSON.parse(body) as { id: Id<'conversations'> }).id);
  }
  const callers: Caller[] = members.map(({ as }) => as);
  return {
    desk: { run: ((fn, args, as) => run(as === 'edge' ? t : callers[as]!, fn, args)) as Desk['run'] },
    world: { teamId, keyHash, memberIds: members.map(({ memberId }) => memberId), conversationIds },
  };
}

const queries = new Set(['entries', 'suppressedDrafts', 'oldGet', 'oldList', 'oldCounts']);

function run(
  caller: Caller,
  fn: FunctionReference<'query' | 'mutation', 'public' | 'internal'>,
  args: object,
) {
  const name = getFunctionName(fn).split(':')[1]!;
  return queries.has(name)
    ? caller.query(fn as FunctionReference<'query'>, args)
    : caller.mutation(fn as FunctionReference<'mutation'>, args);
}
