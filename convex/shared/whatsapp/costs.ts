/** What a conversation has cost on WhatsApp, in messages that it bills (docs/rules.md M7): it tells categories, and no amounts. Pure. */
import { type Infer, v } from 'convex/values';
import type { Pricing } from './statuses';

export const vCost = v.object({ category: v.string(), isBillable: v.boolean(), count: v.number() });
export type Cost = Infer<typeof vCost>;

/** One message more. */
export function withCost(costs: readonly Cost[], { category, isBillable }: Pricing): Cost[] {
  const isSame = (cost: Cost) => cost.category === category && cost.isBillable === isBillable;
  const known = costs.find(isSame);
  if (known === undefined) return [...costs, { category, isBillable, count: 1 }];
  return costs.map((cost) => (isSame(cost) ? { ...cost, count: cost.count + 1 } : cost));
}

/** `3 replies, 1 utility template`; null: nothing was billed. */
export function costWords(costs: readonly Cost[]): string | null {
  const billed = costs.filter(({ isBillable }) => isBillable);
  return billed.length === 0 ? null : billed.map(wordsOf).join(', ');
}

/** What is no template is billed as service. */
function wordsOf({ category, count }: Cost): string {
  if (category === 'service') return `${count} ${count === 1 ? 'reply' : 'replies'}`;
  return `${count} ${category.replaceAll('_', ' ')} ${count === 1 ? 'template' : 'templates'}`;
}
