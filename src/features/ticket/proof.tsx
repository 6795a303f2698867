import type { Recipient } from './ways';
import { Claimed } from '../../ui/claimed';

const how = {
  verified: 'Proven by a link that was mailed there, or by a signed identity.',
  provider: 'Its domain vouches for the mails that come from it.',
};

/** [M9] How far an address is known to be theirs. */
export function Proof({ proof }: Pick<Recipient, 'proof'>) {
  if (proof === 'claimed') return <Claimed />;
  return <Verified how={how[proof]} />;
}

/** Something that somebody can be believed about. */
export function Verified({ how: title = 'By a token that your site signed.' }: { how?: string }) {
  return (
    <span title={title} className="shrink-0 rounded-sm bg-ok-soft px-1 text-xs font-normal text-ok">
      verified
    </span>
  );
}
