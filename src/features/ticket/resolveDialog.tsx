import { useState } from 'react';
import type { TicketDetail } from '../../convex/tickets';
import { useLatest } from '../../lib/useLatest';
import { textOf } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { soon } from '../../ui/later';
import type { Handback } from './acting';
import type { TicketActions } from './ticketActions';

const HandbackWords = soon(async () => (await import('./handbackWords')).HandbackWords, null);

const unanswered = "The customer's last message has no answer yet.";

/** By verb: what it says above, what it means, and the two ways on. */
const words = (agent: string) => ({
  resolve: { title: 'Resolve', means: `${agent} answers from here.`, act: 'Resolve', keep: 'Keep it open' },
  return: {
    title: `Return to ${agent}`,
    means: `${agent} answers from here.`,
    act: 'Return to agent',
    keep: 'Keep it open',
  },
  close: {
    title: 'Close the ticket?',
    means: `${agent} answers from here. When the customer needs a person again, that is a new ticket; this one can be reopened by hand.`,
    act: 'Close it',
    keep: 'Leave it',
  },
});

/** What the agent should know and, where a customer message is unanswered, who answers it (C10). */
export function ResolveDialog({ detail, actions }: { detail: TicketDetail; actions: TicketActions }) {
  const [answersNow, setAnswersNow] = useState(true);
  // Until it is done: refused, the words are there when they decide again.
  const [written, setWritten] = useState<Handback>({});
  const verb = actions.asksResolve;
  const { title, means, act, keep } = words(detail.agent.name)[useLatest(verb ?? undefined) ?? 'resolve'];
  // Who speaks already needs no word from the team.
  const handsBack = detail.control.holder === 'operator';
  const isUnanswered = handsBack && detail.unanswered !== null;
  const close = () => actions.setAsksResolve(null);

  async function submit(form: FormData) {
    const handback = {
      ...(handsBack && { agentAnswersNow: answersNow }),
      agentShouldKnow: textOf(form, 'know') || undefined,
      promised: textOf(form, 'promised') || undefined,
    };
    setWritten(handback);
    close();
    const acts = { resolve: actions.resolve, close: actions.close, return: actions.returnToAgent };
    const isDone = verb !== null && (await acts[verb](handback));
    if (!isDone) return;
    setWritten({});
    setAnswersNow(true);
  }

  return (
    <Dialog
      open={verb !== null}
      onOpenChange={(open) => !open && close()}
      title={title}
      description={isUnanswered ? (verb === 'close' ? `${unanswered} ${means}` : unanswered) : means}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        {isUnanswered && (
          <WhoAnswers agent={detail.agent.name} answersNow={answersNow} onChange={setAnswersNow} />
        )}
        {handsBack && <HandbackWords written={written} hasFocus={!isUnanswered} />}
        <div className="flex justify-end gap-2">
          <Button size="medium" onClick={close}>
            {keep}
          </Button>
          <Button size="medium" tone="primary" type="submit" autoFocus={isUnanswered || !handsBack}>
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface WhoProps {
  agent: string;
  answersNow: boolean;
  onChange: (answersNow: boolean) => void;
}

function WhoAnswers({ agent, answersNow, onChange }: WhoProps) {
  const choices = [
    { isNow: true, words: `${agent} answers it now` },
    { isNow: false, words: 'Leave it; nobody answers it' },
  ];
  return (
    <fieldset className="flex flex-col gap-2 text-base">
      <legend className="sr-only">Who answers it</legend>
      {choices.map(({ isNow, words }) => (
        <label key={words} className="flex items-center gap-2">
          <input
            type="radio"
            name="now"
            checked={answersNow === isNow}
            onChange={() => onChange(isNow)}
            className="accent-accent"
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
