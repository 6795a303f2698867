/** docs/api.md is followed from its beginning to its end: each call it shows is made as it stands there, and answered as it says. */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { type Block, blocksOf, commandsOf, expectAsShown, runCommand } from './guide.ts';
import { setUpDesk, startTestDesk, type TestDesk } from './harness.ts';

let desk: TestDesk;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
const known: Record<string, string> = {};

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  ({ operator, teamId } = await setUpDesk(desk, { teamName: 'Pine Trail', withSampleShop: false }));
  const agentId = await operator.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  await operator.mutation(api.handoverRules.save, {
    teamId,
    agentId,
    name: 'Refund outside the window',
    when: [{ type: 'reported', condition: 'refundTooLate' }],
    outcome: { handOver: true, priority: 'high', tags: ['refund'] },
  });
  const { key } = await operator.mutation(api.agents.createKey, { teamId, agentId, name: 'production' });
  Object.assign(known, { SITE: desk.settings.siteUrl, KEY: key });
});
afterAll(() => desk?.dispose());

const blocks = blocksOf('docs/api.md');
const run = (command: string) => runCommand(command, known);

const shownBy = (text: string): Block => blocks.find((block) => block.text.includes(text))!;

it('[P1] [P2] every call of the guide is made as it stands there, in order, and answered as it says', async () => {
  let made = 0;
  for (const [at, { language, text }] of blocks.entries()) {
    if (language !== 'sh') continue;
    let answer: any;
    // A person has to say something first.
    if (text.includes('$MESSAGE')) continue;
    for (const command of commandsOf(text)) {
      answer = await run(command);
      made++;
      if (/\/conversations -H/.test(command)) known.ID = answer.id;
    }
    const next = blocks[at + 1];
    if (next?.language === 'json') expectAsShown(answer, JSON.parse(next.text));
  }
  expect(made).toBeGreaterThan(7);
});

it('[P1] [C4] what a person says stands in the thread, and a late answer is refused as the guide shows', async () => {
  const { conversationId } = (await readTicket(operator, { teamId, number: 1 }))!.ticket;
  await operator.mutation(api.tickets.takeOverConversation, { teamId, conversationId });
  const { lastSequence } = (await readTicket(operator, { teamId, number: 1 }))!;
  const said = {
    teamId,
    conversationId,
    text: 'I will see to it.',
    clientMessageId: 'a',
    epoch: 2,
    seenThrough: lastSequence,
  };
  await operator.mutation(api.messages.reply, said);
  const read = commandsOf(shownBy('/entries?after=2').text)[0]!;
  type Entry = { kind: string; id?: string; from?: string; text?: string };
  const { entries } = (await run(read)) as { entries: Entry[] };
  expect(entries.at(-1)).toMatchObject({ kind: 'message', from: 'operator', text: said.text });
  expect(entries.map(({ kind }) => kind)).toContain('takenOver');

  known.MESSAGE = entries.at(-1)!.id!;
  const receipt = shownBy('$MESSAGE');
  const noted = blocks[blocks.indexOf(receipt) + 1]!;
  expectAsShown(await run(commandsOf(receipt.text)[0]!), JSON.parse(noted.text));

  const answering = commandsOf(shownBy('/answers').text).at(-1)!.replace('turn-1', 'turn-2');
  const { lastSequence: _ofThisThread, ...shown } = JSON.parse(shownBy('"STALE_EPOCH"').text) as Record<
    string,
    unknown
  >;
  expectAsShown(await run(answering), shown);
});

it('[P2] a problem looks as the guide shows', async () => {
  const blank = { text: ' ' };
  const response = await fetch(`${known.SITE}/api/v1/conversations/${known.ID}/customer-messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${known.KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(blank),
  });
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expectAsShown(await response.json(), JSON.parse(shownBy('urn:baton:problem').text));
});
