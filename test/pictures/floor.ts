/** Colleagues who are there, and what agents answer just now, some of it hot. */
import { api } from '../../convex/_generated/api.js';
import { joinTeam, type TestDesk } from '../journeys/harness.ts';
import { callsOf, type SampleDesk } from './sampleDesk.ts';

const colleagues = [
  { name: 'Ben Okafor', email: 'ben@northpeak.example', status: 'online' },
  { name: 'Priya Raman', email: 'priya@northpeak.example', status: 'busy' },
] as const;

interface Talk {
  name: string;
  texts: string[];
  attributes?: Record<string, number>;
}

const talks: Talk[] = [
  {
    name: 'Ada Nowak',
    texts: ['This is unacceptable. Where is my order?', 'WHERE is my order?!'],
  },
  {
    name: 'Rosa Lindqvist',
    texts: ['Can I still change the colour of the group order?'],
    attributes: { order_value: 4_200 },
  },
  { name: 'Quentin Faure', texts: ['Do you deliver to Norway?'] },
];

export async function fillFloor(desk: TestDesk, { operator, teamId, key }: SampleDesk): Promise<void> {
  for (const { status, ...who } of colleagues) {
    const { client } = await joinTeam(desk, { owner: operator, teamId }, who);
    await client.mutation(api.members.heartbeat, { teamId, sessionId: 'sample', idleMs: 0 });
    await client.mutation(api.members.setStatus, { teamId, status });
  }
  const call = callsOf(desk, key);
  for (const { name, texts, attributes } of talks) {
    const customer = { externalId: name, name };
    const { id } = await call('/conversations', { externalId: name, customer });
    for (const [at, text] of texts.entries()) {
      const said = at === 0 && attributes ? { text, attributes } : { text };
      const { sequence: seenThrough } = await call(`/conversations/${id}/customer-messages`, said);
      await call(`/conversations/${id}/answers`, { text: 'I look into it.', epoch: 1, seenThrough });
    }
  }
}
