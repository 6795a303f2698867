import { useState } from 'react';
import { type Agent, type UnsavedRule, useTryRules } from '../../convex/agents';
import { useLatest } from '../../lib/useLatest';
import { Field, TextInput } from '../../ui/field';

interface Props {
  agent: Agent;
  /** A rule as it is being written: it is tried as it stands, among the saved ones. */
  unsaved?: UnsavedRule;
}

/** Which rule a message would fire, why, and what the customer would read; nothing is sent. */
export function TryMessage({ agent, unsaved }: Props) {
  const [text, setText] = useState('');
  const answer = useTryRules(agent._id, text, unsaved);
  const trial = useLatest(answer);
  return (
    <div className={`rounded-lg bg-surface-2 p-3 ${unsaved ? '' : 'mt-5'}`}>
      <Field
        label="Try a message"
        hint={
          unsaved ? 'With this rule as it stands here.' : 'Shows which rule fires and why. Nothing is sent.'
        }
      >
        <TextInput
          value={text}
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
          // It tries, and saves nothing.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </Field>
      {trial && text.trim() && (
        <div
          role="status"
          // What stands here until the answer comes is about the words before.
          aria-busy={answer === undefined}
          className="mt-3 text-sm aria-busy:opacity-55"
        >
          <p className="font-medium">
            {trial.handsOver
              ? `Hands over${trial.fired ? ` by “${trial.fired.name}”` : ''}${trial.asksForPerson ? ': the customer asks for a person' : ''}.`
              : trial.article
                ? `The agent answers from “${trial.article.title}”.`
                : 'The agent answers; no rule hands over.'}
          </p>
          {trial.line !== null && (
            <p className="mt-1 wrap-anywhere whitespace-pre-line text-ink-2" dir="auto">
              “{trial.line}”
            </p>
          )}
          <ul className="mt-1.5 space-y-1 text-ink-2">
            {trial.trials.map((each, index) => (
              <li key={index}>
                {each.matched ? '✓' : '–'} {each.name || 'This rule'}:{' '}
                {each.conditions.map(({ because }) => because).join(' ') || 'Not complete yet.'}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
