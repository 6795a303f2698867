import { expect, test } from 'vitest';
import { api } from './_generated/api';
import { createTeam, setupTest } from './test.setup';

test('[E1] what a setting takes is said in a unit that people set it in', async () => {
  const { teamId, manager, agentId } = await createTeam(setupTest());
  const said = (change: Promise<unknown>) =>
    change.then(
      () => null,
      (error: { data: { message: string } }) => error.data.message,
    );
  const update = (fields: object) => said(manager.as.mutation(api.teams.update, { teamId, ...fields }));
  expect(await update({ answerDeadlineMs: 0 })).toBe('An agent answers within 5 seconds to 1 hour.');
  expect(await update({ closeAfterMs: 0 })).toBe('A resolved ticket closes after 1 hour to 365 days.');
  const agent = manager.as.mutation(api.agents.update, { teamId, agentId, thinkMs: -1 });
  expect(await said(agent)).toBe('The typing time is 0 to 10 seconds.');
});
