/** Why a conversation was handed over, as figures are kept by it (convex/shared/measures/facts.ts). */
import type { HandoverReason } from '../../convex/shared/tickets/reasons';

const words: Record<HandoverReason, string> = {
  customerAsked: 'Customer asked',
  rule: 'A rule',
  noAnswer: 'No answer found',
  notSolved: 'Not solved',
  agentAsked: 'Agent asked',
  agentFailed: 'No answer came',
  takenOver: 'Taken over',
  outsider: 'Somebody else wrote',
};

/** A rule's name as it was, or the reason in two words. */
export function causeWord(cause: string): string {
  const [kind, ...name] = cause.split('/');
  return kind === 'rule' ? name.join('/') : words[name[0] as HandoverReason];
}
