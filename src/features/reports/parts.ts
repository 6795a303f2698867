/** What a table of figures is of, apart, for the address is read before the page has come. */
import type { By } from '../../convex/reports';

export type Part = Exclude<By, 'team'>;

export const parts: Record<Part, string> = {
  agent: 'Agents',
  channel: 'Channels',
  operator: 'Operators',
  cause: 'Rules and reasons',
  priority: 'Priorities',
};

export function isPart(by: unknown): by is Part {
  return typeof by === 'string' && Object.hasOwn(parts, by);
}
