/** A queue as long as it gets, made through the API as an outside agent would. */
import { setTimeout as sleep } from 'node:timers/promises';
import { api } from '../../convex/_generated/api.js';
import { readShared } from '../../convex/readShared.setup.ts';
import type { SampleDesk } from '../pictures/sampleDesk.ts';
import type { TestDesk } from './harness.ts';

/** An agent has at most twenty keys. */
const callers = 16;

/** So many more tickets that wait for somebody, beside those of the sample. Each caller has a key, and limits, of its own. */
export async function manyTickets(desk: TestDesk, sample: SampleDesk, count: number): Promise<void> {
  const { operator, teamId } = sample;
  await operator.mutation(api.teams.update, { teamId, assignmentMode: 'manual' });
  const agents = await readShared(operator, api.agents.list, { teamId });
  const { _id: agentId } = agents.find(({ name }) => name === 'Scout')!;

  const call = async (key: string, path: string, body: object) => {
    const response = await fetch(`${desk.settings.siteUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status === 429) {
      await sleep(1_000 * Number(response.headers.get('retry-after')));
      return call(key, path, body);
    }
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  let made = 0;
  const make = async (_: unknown, caller: number) => {
    const { key } = await operator.mutation(api.agents.createKey, {
      teamId,
      agentId,
      name: `caller ${caller}`,
    });
    while (made < count) {
      const externalId = `many-${(made += 1)}`;
      const customer = { externalId, name: `Customer ${made}` };
      const subject = `What ${externalId} is about`;
      const { id } = await call(key, '/conversations', { externalId, customer, subject });
      const { sequence: seenThrough } = await call(key, `/conversations/${id}/customer-messages`, {
        text: `My order ${externalId} has not arrived. Can somebody look?`,
      });
      const farewell = { text: 'I have asked a person to look at this.', epoch: 1, seenThrough };
      await call(key, `/conversations/${id}/handovers`, { reason: 'agentAsked', farewell });
    }
  };
  await Promise.all(Array.from({ length: callers }, make));
}
