import type { IdentityKind } from '../../../convex/shared/customer/identities';
import type { PersonPart } from '../../convex/customers';
import { Proof } from './proof';

const kindWords: Record<IdentityKind, string> = {
  email: 'Email',
  external: 'Id',
  user: 'Your site',
  phone: 'Phone',
  telegram: 'Telegram',
  whatsapp: 'WhatsApp',
};

type Identity = PersonPart['identities'][number];

/** [M9] By what a customer is known: how far it is proven, and whether they are reached by it. */
export function IdentityRow({ kind, value, proof, unreachable, agentName }: Identity) {
  return (
    <div className="flex min-h-8 items-baseline gap-3 py-1">
      <dt className="w-20 shrink-0 text-ink-3">{kindWords[kind]}</dt>
      <dd className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-1.5">
          <bdi className="wrap-anywhere">{kind === 'phone' ? `+${value}` : value}</bdi>
          <HowFar proof={proof} by={byWords(kind, agentName)} />
        </span>
        {unreachable !== null && (
          <span className="block text-xs text-bad wrap-anywhere">Does not arrive: {unreachable}</span>
        )}
      </dd>
    </div>
  );
}

function byWords(kind: IdentityKind, agentName: string | null): string {
  if (kind === 'email') return 'Its domain vouches for the mails that come from it.';
  if (kind === 'user') return 'By a token that your site signed.';
  if (kind === 'external') return `${agentName ?? 'An agent'}’s platform says who it is.`;
  return `${kind === 'telegram' ? 'Telegram' : 'WhatsApp'} says who it is.`;
}

/** Claimed, verified, or vouched for by the provider, and what that rests on. */
function HowFar({ proof, by }: Pick<Identity, 'proof'> & { by: string }) {
  if (proof !== 'provider') return <Proof proof={proof} />;
  return (
    <span title={by} className="shrink-0 rounded-sm bg-ok-soft px-1 text-xs font-normal text-ok">
      by provider
    </span>
  );
}
