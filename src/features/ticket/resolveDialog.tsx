import { useState } from 'react';
import type { TicketDetail } from '../../convex/tickets';
import { textOf } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, TextArea } from '../../ui/field';
import type { Handback } from './acting';
import type { TicketActions } from './ticketActions';

/** What the agent should know and, where a customer message is unanswered, who answers it (C10). */
export function ResolveDialog({ detail, actions }: { detail: TicketDetail; actions: TicketActions }) {
  const [answersNow, setAnswersNow] = useState(true);
  // Until it is done: refused, the words are there when they decide again.
  const [written, setWritten] = useState<Handback>({});
  const verb = actions.asksResolve;
  const close = () => actions.setAsksResolve(null);

  async function submit(form: FormData) {
    const handback = {
      agentAnswersNow: answersNow,
      agentShouldKnow: textOf(form, 'know') || undefined,
      promised: textOf(form, 'promised') || undefined,
    };
    setWritten(handback);
    close();
    const isDone = await (verb === 'return' ? actions.returnToAgent(handback) : actions.resolve(handback));
    if (!isDone) return;
    setWritten({});
    setAnswersNow(true);
  }

  return (
    <Dialog
      open={verb !== null}
      onOpenChange={(open) => !open && close()}
      title={verb === 'return' ? `Return to ${detail.agent.name}` : 'Resolve'}
      description={
        detail.unanswered
          ? "The customer's last message has no answer yet."
          : `${detail.agent.name} answers from here.`
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        {detail.unanswered && (
          <WhoAnswers agent={detail.agent.name} answersNow={answersNow} onChange={setAnswersNow} />
        )}
        <Field label="What the agent should know" hint="Only the agent reads this.">
          <TextArea
            name="know"
            rows={2}
            maxLength={2000}
            defaultValue={written.agentShouldKnow}
            autoFocus={!detail.unanswered}
          />
        </Field>
        <Field label="What was promised">
          <TextArea name="promised" rows={2} maxLength={2000} defaultValue={written.promised} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button size="medium" onClick={close}>
            Keep it open
          </Button>
          <Button size="medium" tone="primary" type="submit" autoFocus={detail.unanswered !== null}>
            {verb === 'return' ? 'Return to agent' : 'Resolve'}
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
