import type { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import { firstUnits } from '../../convex/shared/kit/text.ts';
import { openShop } from '../../test/costs/shop.ts';
import { hostileTexts } from '../../test/costs/hostileTexts.ts';
import { longestHold } from '../../test/costs/standstill.ts';
import { startTestDesk } from '../../test/journeys/harness.ts';
import type { Figure, Row } from '../row.ts';
import { pause } from '../support/measure.ts';

/** Each may write so often a minute. */
const CUSTOMERS = 10;
const ANSWERED_MS = 30_000;
/** More than this is a handover without being judged. */
const JUDGED = 4_000;
let sent = 0;

/** How long the one thread that serves everybody stands still while somebody's text is taken in, judged and searched. */
export const holds: Row = {
  name: 'holds',
  about: 'longest standstill by any message or article of 20,000 characters',
  async run({ size }) {
    const desk = await startTestDesk({ app: false });
    try {
      const { owner, teamId, newCustomer } = await openShop(desk);
      const customers = await Promise.all(Array.from({ length: CUSTOMERS }, newCustomer));
      const say = (text: string) => ask(customers[sent % CUSTOMERS]!, text);
      const texts = Object.entries(hostileTexts).slice(0, size.tiny ? 1 : undefined);
      for (const customer of customers) await ask(customer, 'Hello');
      const messages: Hold[] = [];
      const articles: Hold[] = [];
      for (const [name, text] of texts) {
        for (const part of [text, firstUnits(text, JUDGED)]) {
          messages.push({ name, ms: await longestHold(() => say(part)) });
        }
      }
      for (const [name, body] of texts) {
        const save = () => owner.action(api.articles.save, { teamId, title: name, body });
        articles.push({ name, ms: await longestHold(save) });
      }
      const questions = texts.map(([, text]) => `Where is my order? ${firstUnits(text, JUDGED - 100)}`);
      const asked: Hold[] = [];
      for (const [at, [name]] of texts.entries()) {
        asked.push({ name, ms: await longestHold(() => say(questions[at]!)) });
      }
      return [
        figureOf("standstill by a customer's message of 20,000 characters", messages),
        figureOf('standstill by saving an article of 20,000 characters', articles),
        figureOf('standstill by a question beside such articles', asked),
      ];
    } finally {
      await desk.dispose();
    }
  },
};

interface Hold {
  name: string;
  ms: number;
}

function figureOf(what: string, holds: Hold[]): Figure {
  const longest = holds.toSorted((a, b) => b.ms - a.ms)[0]!;
  const note = `longest by "${longest.name}"`;
  return { what, unit: 'ms', baseline: null, engine: longest.ms, reach: { atMost: 50 }, note };
}

/** A customer's message, until the agent has said something to it. */
async function ask(customer: ConvexHttpClient, text: string): Promise<void> {
  const { sequence } = await customer.mutation(api.web.send, { text, clientMessageId: `m${++sent}` });
  const paginationOpts = { numItems: 5, cursor: null };
  const until = performance.now() + ANSWERED_MS;
  while (performance.now() < until) {
    const { page } = await customer.query(api.web.entries, { paginationOpts });
    if (page.some((entry) => entry.from === 'agent' && entry.sequence > sequence)) return;
    await pause(50);
  }
  throw new Error(`The agent has not answered "${firstUnits(text, 30)}".`);
}
