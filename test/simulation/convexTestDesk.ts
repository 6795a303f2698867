/** The simulation's desk on convex-test: one team, an outside agent, three operators, two conversations. */
import type { FunctionReference } from 'convex/server';
import type { Desk, World } from './driver.ts';
import { conversations, operators } from './steps.ts';
import { internal } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { readKeyOf } from '../../convex/readShared.setup';
import { addMember, createTeam, setupTest, type TestMember } from '../../convex/test.setup';

type Caller = Pick<ReturnType<typeof setupTest>, 'mutation'>;

export async function openSimulatedDesk(): Promise<{ desk: Desk; world: World }> {
  const t = setupTest();
  const { teamId, owner } = await createTeam(t);
  const agentId = await t.run((ctx) =>
    ctx.db.insert('agents', { teamId, name: 'Robin', kind: 'external', active: true }),
  );
  const members: TestMember[] = [];
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
    const call = { keyHash, once: null, input: JSON.stringify(start), conversationId: '' };
    const outcome = await t.mutation(internal.http.api.calls.startConversation, call);
    if ('waitMs' in outcome) throw new Error('Refused for its limit.');
    conversationIds.push((JSON.parse(outcome.body) as { id: Id<'conversations'> }).id);
  }
  // Without anybody's identity: the key alone opens it.
  const key = { teamId, readKey: await readKeyOf(members[0]!.as, teamId) };
  const managerKey = await readKeyOf(owner.as, teamId, 'manager');
  const read: Desk['read'] = (query, args) =>
    t.query(query as FunctionReference<'query'>, { ...args, ...key });
  const readAsManager: Desk['read'] = (query, args) =>
    t.query(query as FunctionReference<'query'>, { ...args, teamId, readKey: managerKey });
  const run: Desk['run'] = (fn, args, by) => {
    const caller: Caller = by === 'edge' ? t : members[by]!.as;
    return caller.mutation(fn as FunctionReference<'mutation'>, args);
  };
  return {
    desk: { run, read, readAsManager },
    world: { teamId, keyHash, memberIds: members.map(({ memberId }) => memberId), conversationIds },
  };
}
