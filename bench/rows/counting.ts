import { api } from '../../convex/_generated/api.js';
import { countDatabaseCalls } from '../../test/costs/counter.ts';
import { openShop } from '../../test/costs/shop.ts';
import { until } from '../../test/engine/harness.ts';
import { startTestDesk } from '../../test/journeys/harness.ts';
import type { Row } from '../row.ts';
import { median } from '../support/measure.ts';

/** Each by a customer of their own: a handful, then the desk limits how many come. */
const CUSTOMERS = 5;

/** Calls are what is the same on every machine, and what another deployment bills. */
export const counting: Row = {
  name: 'counting',
  about: 'what counting a handover for reports and boards costs, in calls of the database',
  async run({ size }) {
    const desk = await startTestDesk({ app: false });
    try {
      const runs = countDatabaseCalls();
      const shop = await openShop(desk);
      const all: number[] = [];
      const without: number[] = [];
      for (let at = 0; at < (size.tiny ? 1 : CUSTOMERS); at++) {
        const customer = await shop.newCustomer();
        const handedOver = () =>
          runs.find(({ name, calls }) => name === 'web:askForPerson' && calls.includes('insert tickets'));
        await customer.mutation(api.web.send, { text: 'Is anybody there?', clientMessageId: 'a' });
        runs.length = 0;
        await customer.mutation(api.web.askForPerson, {});
        await until(() => handedOver() !== undefined, 'the customer is handed over');
        const { calls } = handedOver()!;
        all.push(calls.length);
        without.push(calls.length - countersIn(calls));
      }
      return [
        {
          what: 'a handover with all that is counted',
          unit: 'calls',
          against:
            'the same transaction without what it asks for counters: facts, their job, counts of lists',
          baseline: median(without),
          engine: median(all),
          reach: { ratioAtMost: 1.3 },
        },
      ];
    } finally {
      await desk.dispose();
    }
  },
};

/** A count of a list is looked up and then written. */
function countersIn(calls: readonly string[]): number {
  const facts = calls.filter((call) => call.includes('measure')).length;
  const counts = calls.filter((call) => call.endsWith('by_teamId_and_bucket_and_assignee')).length;
  return facts + 2 * counts;
}
