import type { Recipient } from './ways';
import { Claimed } from '../../ui/claimed';

const how = {
  verified: 'Proven by a link that was mailed there, or by a signed identity.',
  provider: 'Its domain vouches for the mails that come from it.',
};

/** [M9] How far an address is known to be theirs. */
export function Proof({ proof }: Pick<Recipient, 'proof'>) {
  if (proof === 'claimed') return <Claimed />;
  return (
    <span title={how[proof]} className="shrink-0 rounded-sm bg-ok-soft px-1 text-xs font-normal text-ok">
      verified
    </span>
  );
}
