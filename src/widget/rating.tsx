/** @jsxImportSource preact */
/** How a person helped, asked for once they have resolved it: where the talk has ended, in nobody's way, and never twice. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ratedWithinMs } from '../../convex/shared/customer/ratings';
import type { Chat } from './chat';
import { later } from './later';
import { say } from './speech';
import type { Store } from './store';
import type { Conversation } from './thread';

const RatingForm = later(() => import('./ratingForm'), 'RatingForm');

interface Props {
  chat: Chat;
  rates: NonNullable<Conversation['rates']> | null;
  /** Of the last line above. */
  lastKey: string | undefined;
  store: Store;
  /** Where it is kept that they would rather not. */
  skippedKey: string;
}

export function Rating({ chat, rates, lastKey, store, skippedKey }: Props) {
  /** The one that was asked about when they answered, with what, and where: they are thanked until somebody writes on. */
  const [done, setDone] = useState<{ sequence: number; isSent: boolean; lastKey: typeof lastKey } | null>(
    null,
  );
  const isOver =
    rates === null ||
    store.get(skippedKey) === String(rates.sequence) ||
    Date.now() - rates.at > ratedWithinMs;
  if (done?.isSent && lastKey === done.lastKey && (rates === null || rates.sequence === done.sequence))
    return <Thanks />;
  if (isOver || done?.sequence === rates.sequence) return null;
  const { sequence } = rates;
  return (
    <RatingForm
      key={sequence}
      name={rates.name}
      onSend={async (score, comment) => {
        await chat.rate(score, comment);
        setDone({ sequence, isSent: true, lastKey });
      }}
      onSkip={() => {
        store.set(skippedKey, String(sequence));
        setDone({ sequence, isSent: false, lastKey });
      }}
    />
  );
}

/** What had the focus is gone: it goes on here. */
function Thanks() {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => line.current!.focus(), []);
  return (
    <p class="system" role="status" tabIndex={-1} ref={line}>
      {say('ratingThanks')}
    </p>
  );
}
