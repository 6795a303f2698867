import { useShownKeys } from '../../actions/preferences';
import { runAction } from '../../actions/registry';
import type { OnWhatsapp } from '../../convex/whatsapp';
import { formatDuration } from '../../lib/time';
import { useIsPast } from '../../lib/useIsPast';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { windowClosed } from '../../../convex/shared/whatsapp/window';

/** From then on somebody should hurry. */
const soonMs = 60 * 60_000;

/** [M7] For how long WhatsApp takes anything, to the second; after that, what it still takes. */
export function WindowLine({ on: { windowEndsAt } }: { on: OnWhatsapp }) {
  const isOver = useIsPast(windowEndsAt) || windowEndsAt === null;
  return (
    <div
      className="flex flex-wrap items-center gap-x-2 gap-y-1 px-4 pb-1.5 text-xs"
      data-window={isOver ? 'closed' : 'open'}
    >
      {isOver ? <Closed hasWritten={windowEndsAt !== null} /> : <Open endsAt={windowEndsAt} />}
    </div>
  );
}

function Open({ endsAt }: { endsAt: number }) {
  const left = endsAt - useNow(1_000);
  return (
    <p className={left < soonMs ? 'text-warn' : 'text-ink-3'}>
      WhatsApp takes any answer for another <span className="tabular-nums">{formatDuration(left)}</span>.
    </p>
  );
}

function Closed({ hasWritten }: { hasWritten: boolean }) {
  const keys = useShownKeys('reply.template');
  return (
    <>
      <p role="status" className="text-warn">
        {hasWritten
          ? windowClosed
          : 'They have never written here: WhatsApp takes only an approved template.'}
      </p>
      <Button type="button" keys={keys} onClick={() => runAction('reply.template')}>
        Choose a template
      </Button>
    </>
  );
}
