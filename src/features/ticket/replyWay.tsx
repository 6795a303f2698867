import { ChevronsUpDown, Undo2, X } from 'lucide-react';
import { useState } from 'react';
import { useShownKeys } from '../../actions/preferences';
import { runAction } from '../../actions/registry';
import { useMembership } from '../../convex/session';
import { Kbd } from '../../ui/kbd';
import { Proof } from './proof';
import type { Copies } from './useWay';
import { troubleOf, type Way } from './ways';

/** Before anything is sent: where it goes, why there, and whether it is known to arrive. */
export function ReplyWay({ way, canChoose, copies }: { way: Way; canChoose: boolean; copies: Copies }) {
  const { label, because, to, cc } = way;
  const trouble = way.trouble ?? (to && troubleOf(to));
  return (
    <div className="px-4 pb-1.5 text-xs text-ink-3" data-reply-way>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <WayLabel label={label} canChoose={canChoose} />
        {to && <Proof proof={to.proof} />}
        <span className="wrap-anywhere">{because}</span>
      </p>
      {cc.length > 0 && <CopyList cc={cc} copies={copies} />}
      {way.isMail && <Signature />}
      {way.staysHere && (
        <p className="text-bad">
          Nothing leaves this desk: no key is connected. The customer goes on waiting; it can be read in
          Settings, Outbox.
        </p>
      )}
      {trouble && <p className="text-bad wrap-anywhere">{trouble}</p>}
    </div>
  );
}

/** [M3] Who read along, each to be left out of this mail and put back. */
function CopyList({ cc, copies }: { cc: string[]; copies: Copies }) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <span>Copies of this mail:</span>
      <ul aria-label="Copies of this mail" className="contents">
        {cc.map((address) => (
          <li key={address} className="min-w-0">
            <CopyButton
              address={address}
              isIn={!copies.without.includes(address)}
              onToggle={() => copies.toggle(address)}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function CopyButton({ address, isIn, onToggle }: { address: string; isIn: boolean; onToggle: () => void }) {
  const Sign = isIn ? X : Undo2;
  return (
    <button
      type="button"
      aria-label={isIn ? `No copy to ${address}` : `Send a copy to ${address}`}
      title={isIn ? 'Leave out of this mail' : 'Put back'}
      onClick={onToggle}
      className={`flex min-h-6 max-w-full items-center gap-1 rounded-md px-1 text-left hover:bg-hover hover:text-ink pointer-coarse:min-h-11 ${isIn ? 'text-ink-2' : 'text-ink-3 line-through'}`}
    >
      <bdi className="wrap-anywhere">{address}</bdi>
      <Sign aria-hidden size={12} className="shrink-0" />
    </button>
  );
}

/** [M3] What stands below their mails, for who asks. */
function Signature() {
  const { signature } = useMembership();
  const [isShown, setIsShown] = useState(false);
  if (signature === '') return null;
  return (
    <div>
      <button
        type="button"
        aria-expanded={isShown}
        onClick={() => setIsShown(!isShown)}
        className="min-h-6 underline-offset-2 hover:text-ink hover:underline pointer-coarse:min-h-11"
      >
        Your signature is added.
      </button>
      {isShown && (
        <p
          dir="auto"
          className="max-h-24 overflow-y-auto border-l-2 border-line-strong pl-2 text-ink-2 wrap-anywhere whitespace-pre-wrap"
        >
          {signature}
        </p>
      )}
    </div>
  );
}

function WayLabel({ label, canChoose }: { label: string; canChoose: boolean }) {
  const keys = useShownKeys('reply.way');
  if (!canChoose) return <bdi className="font-medium text-ink-2 wrap-anywhere">{label}</bdi>;
  return (
    <button
      type="button"
      aria-label={`${label}. Send another way`}
      onClick={() => runAction('reply.way')}
      className="flex min-h-6 min-w-0 items-center gap-1 rounded-md text-left font-medium text-ink-2 hover:text-ink pointer-coarse:min-h-11"
    >
      <bdi className="wrap-anywhere">{label}</bdi>
      <ChevronsUpDown aria-hidden size={12} className="shrink-0" />
      {keys && <Kbd keys={keys} />}
    </button>
  );
}
