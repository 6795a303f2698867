/** docs/api.md is followed from its beginning to its end: each call it shows is made as it stands there, and answered as it says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { readTicket } from '../../convex/readShared.setup.ts';
import { root } from '../../scripts/settings.ts';
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

interface Block {
  language: string;
  text: string;
}

const blocks: Block[] = [
  ...readFileSync(join(root, 'docs/api.md'), 'utf8').matchAll(/^```(\w+)\n(.*?)^```/gms),
].map(([, language, text]) => ({ language: language!, text: text! }));

/** The commands of a block, as they stand there. */
function commandsOf(text: string): string[] {
  const joined = text.replaceAll(/\\\n\s*/g, '');
  return joined.split(/^(?=curl )/m).filter((command) => command.startsWith('curl '));
}

/** What a shell and curl would make of it; throws for anything they would make something else of. */
async function run(command: string): Promise<unknown> {
  const filled = command.replaceAll(
    /\$(\w+)/g,
    (_, name: string) => known[name] ?? expect.unreachable(`$${name}`),
  );
  const words = [...filled.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, quoted, double, bare]) => quoted ?? double ?? bare!,
  );
  const [, address, ...rest] = words;
  const headers: Record<string, string> = {};
  let body: string | undefined;
  for (let at = 0; at < rest.length; at += 2) {
    const [flag, value] = [rest[at]!, rest[at + 1]!];
    if (flag === '-d') body = value;
    else if (flag === '-H')
      headers[value.slice(0, value.indexOf(':'))] = value.slice(value.indexOf(':') + 1).trim();
    else throw new Error(`The test knows no ${flag}.`);
  }
  const response = await fetch(address!, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  const said = await response.text();
  const answer: unknown = said === '' ? null : JSON.parse(said);
  expect(response.status, `${command}\n${JSON.stringify(answer)}`).toBeLessThan(300);
  return answer;
}

/** All that is shown is there; `…` stands for anything, also in names; and so do instants and the numbers of tickets. */
function expectAsShown(answer: any, shown: any, at = ''): void {
  if (
    typeof shown === 'string' &&
    (shown.endsWith('…') || /^\d{4}-\d\d-\d\dT/.test(shown) || shown.startsWith('baton_live_'))
  )
    expect(typeof answer, at).toBe('string');
  else if (typeof shown === 'object' && shown !== null) {
    if (Array.isArray(shown)) expect(answer, at).toHaveLength(shown.length);
    for (const [key, value] of Object.entries(shown)) {
      if (key === 'number') expect(typeof answer.number, at).toBe('number');
      else if (key !== '…') expectAsShown(answer?.[key], value, `${at}.${key}`);
    }
  } else expect(answer, at).toEqual(shown);
}

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
