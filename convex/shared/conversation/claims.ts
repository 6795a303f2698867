/** What is known of a customer's name and address (docs/rules.md M9). Pure. */
import type { ChannelKind } from './channels';

/**
 * Whether only the customer says so. On `api` the team's own agent says who it is, with its key; elsewhere nobody has checked
 * it, until a token does.
 */
export function isClaimed(channel: ChannelKind | undefined): boolean {
  return channel !== 'api';
}
