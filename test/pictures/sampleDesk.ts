/** A desk with a believable morning in it, made through the same doors its users have. */
import type { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel';
import { setUpDesk, type TestDesk } from '../journeys/harness.ts';
import { readTicket } from '../../convex/readShared.setup.ts';

/** [name, email, then what customer (odd) and agent (even) say; the last is what needs a person] */
const morning: [string, string, ...string[]][] = [
  ['Carla Menges', 'carla@example.com', 'My tent arrived with a broken pole. Can you send a new one today?'],
  [
    'Jonas Albrecht',
    'jonas@example.com',
    'Which sleeping bag is warm enough for Norway in October?',
    'The Polar 500 is rated to −12 °C and is the one we suggest for Nordic autumns.',
    'Good. I bought the Polar 300 by mistake 40 days ago, can I swap it?',
  ],
  ['Mei Tanaka', 'mei@example.com', 'You charged me twice for order 48213. Please fix this.'],
  ['Oluwaseun Adeyemi', 'seun@example.com', 'The courier says delivered, but there is no parcel here.'],
  ['Lucía Ferrer', 'lucia@example.com', 'Can an operator call me about a group order of 30 packs?'],
  ['Tom Whitaker', 'tom@example.com', 'The zip of my jacket broke after one week. What now?'],
];

const priorities = ['high', 'normal', 'urgent', 'high', 'normal', 'low'] as const;

export interface SampleDesk {
  teamId: Id<'teams'>;
  operator: ConvexHttpClient;
  /** Of the outside agent. */
  key: string;
}

/** What an outside agent asks of the desk, by its key. */
export function callsOf({ settings }: Pick<TestDesk, 'settings'>, key: string) {
  return async (path: string, body: object) => {
    const response = await fetch(`${settings.siteUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}

export async function fillDesk(desk: Pick<TestDesk, 'settings' | 'setupUrl'>): Promise<SampleDesk> {
  const { operator, teamId } = await setUpDesk(desk, { teamName: 'Pinetrail' });
  await operator.mutation(api.members.heartbeat, { teamId, sessionId: 'sample', idleMs: 0 });
  await operator.mutation(api.members.setStatus, { teamId, status: 'online' });
  const agentId = await operator.mutation(api.agents.create, { teamId, name: 'Scout', kind: 'external' });
  const { key } = await operator.mutation(api.agents.createKey, { teamId, agentId, name: 'sample' });

  const call = callsOf(desk, key);
  for (const [index, [name, email, ...texts]] of morning.entries()) {
    const asked = texts.at(-1)!;
    const customer = { externalId: email, name, email };
    const { id } = await call('/conversations', { externalId: email, customer });
    let sequence = 0;
    for (const [at, text] of texts.entries()) {
      sequence =
        at % 2 === 0
          ? (await call(`/conversations/${id}/customer-messages`, { text })).sequence
          : (await call(`/conversations/${id}/answers`, { text, epoch: 1, seenThrough: sequence })).sequence;
    }
    await call(`/conversations/${id}/handovers`, {
      reason: 'agentAsked',
      brief: {
        asked,
        facts: [{ text: name, sequence }],
        tried: [],
        suggested: 'Look at the order and decide.',
      },
      farewell: { text: 'I have asked a person to look at this.', epoch: 1, seenThrough: sequence },
    });
    const ticket = await readTicket(operator, { teamId, number: index + 1 });
    const priority = priorities[index]!;
    if (ticket && ticket.ticket.priority !== priority) {
      await operator.mutation(api.tickets.setPriority, { teamId, ticketId: ticket.ticket._id, priority });
    }
  }
  return { teamId, operator, key };
}
