/** A queue as long as it gets, made through the API as an outside agent would. */
import { api } from '../../convex/_generated/api.js';
import type { SampleDesk } from '../pictures/sampleDesk.ts';
import type { TestDesk } from './harness.ts';

const callers = 32;

/** So many more tickets that wait for somebody, beside those of the sample. */
export async function manyTickets(desk: TestDesk, sample: SampleDesk, count: number): Promise<void> {
  const { operator, teamId, key } = sample;
  await operator.mutation(api.teams.update, { teamId, assignmentMode: 'manual' });
  const call = async (path: string, body: object) => {
    const response = await fetch(`${desk.settings.siteUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  let made = 0;
  const make = async () => {
    while (made < count) {
      const externalId = `many-${(made += 1)}`;
      const customer = { externalId, name: `Customer ${made}` };
      const subject = `What ${externalId} is about`;
      const { id } = await call('/conversations', { externalId, customer, subject });
      const { sequence: seenThrough } = await call(`/conversations/${id}/customer-messages`, {
        text: `My order ${externalId} has not arrived. Can somebody look?`,
      });
      const farewell = { text: 'I have asked a person to look at this.', epoch: 1, seenThrough };
      await call(`/conversations/${id}/handovers`, { reason: 'agentAsked', farewell });
    }
  };
  await Promise.all(Array.from({ length: callers }, make));
}
