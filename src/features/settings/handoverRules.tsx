import { useRef, useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  type Agent,
  type HandoverRule,
  useHandoverRules,
  useMoveRule,
  useRemoveRule,
  useTryRules,
} from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { useLatest } from '../../lib/useLatest';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Field, TextInput } from '../../ui/field';
import { Menu } from '../../ui/menu';
import { Rehearsal } from './rehearsal';
import { RuleDialog } from './ruleDialog';
import { describeCondition, describeOutcome } from './ruleWords';
import { useSaving } from './settingRow';

/** [H1] An agent's rules in order, as sentences; the first that matches decides. */
export function HandoverRules({ agent }: { agent: Agent }) {
  const rules = useHandoverRules(agent._id);
  const { teamId, role } = useMembership();
  const [open, setOpen] = useState<HandoverRule | 'new' | null>(null);
  const [leaving, setLeaving] = useState<HandoverRule | null>(null);
  const newRule = useRef<HTMLButtonElement>(null);
  const remove = useRemoveRule();
  const { save } = useSaving();
  const mayChange = isAllowed(role, 'handoverRules.manage');

  async function removeRule({ _id: ruleId }: HandoverRule) {
    const isDone = await save(() => remove({ teamId, ruleId }), 'Deleted.');
    // The button that asked goes with its rule; who writes elsewhere by then goes on.
    if (isDone && !document.activeElement?.matches('input, textarea, select')) newRule.current?.focus();
  }

  return (
    <section aria-label="Handover rules">
      <h3 className="text-sm font-semibold">When it hands over</h3>
      <p className="text-sm text-ink-3">
        The first rule that matches decides. A customer who asks for a person always gets a ticket.
      </p>
      <ol className="mt-2">
        {rules?.map((rule, index) => (
          <RuleRow
            key={rule._id}
            rule={rule}
            index={index}
            count={rules.length}
            mayChange={mayChange}
            onEdit={() => setOpen(rule)}
            onDelete={() => setLeaving(rule)}
          />
        ))}
      </ol>
      {mayChange && (
        <Button ref={newRule} className="mt-3" onClick={() => setOpen('new')}>
          New rule
        </Button>
      )}
      <TryMessage agent={agent} />
      <Rehearsal agent={agent} />
      {open !== null && (
        <RuleDialog agentId={agent._id} rule={open === 'new' ? null : open} onClose={() => setOpen(null)} />
      )}
      <Confirm
        open={leaving !== null}
        onOpenChange={(isOpen) => !isOpen && setLeaving(null)}
        title="Delete this rule?"
        description={`“${leaving?.name ?? ''}” decides nothing from then on.`}
        confirm="Delete rule"
        keep="Keep"
        onConfirm={() => leaving && void removeRule(leaving)}
      />
    </section>
  );
}

interface RowProps {
  rule: HandoverRule;
  index: number;
  count: number;
  mayChange: boolean;
  onEdit: () => void;
  onDelete: () => void;
}

function RuleRow({ rule, index, count, mayChange, onEdit, onDelete }: RowProps) {
  const { teamId } = useMembership();
  const move = useMoveRule();
  const { save } = useSaving();
  const at = { teamId, ruleId: rule._id };
  return (
    <li className="flex items-center gap-3 border-b border-line py-2.5 text-sm">
      <span className="w-5 text-right text-ink-3 tabular-nums">{index + 1}</span>
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{rule.name}</span>
        <span className="text-ink-2">
          When {rule.when.map(describeCondition).join(', and ')}: {describeOutcome(rule.outcome)}.
        </span>
      </span>
      {mayChange && (
        <Menu
          label={`Rule ${rule.name}`}
          align="end"
          trigger={<Button aria-label={`Change rule ${rule.name}`}>Change</Button>}
          choices={[
            { id: 'edit', label: 'Edit', onChoose: onEdit },
            {
              id: 'up',
              label: 'Move up',
              disabled: index === 0,
              onChoose: () => void save(() => move({ ...at, to: index - 1 })),
            },
            {
              id: 'down',
              label: 'Move down',
              disabled: index === count - 1,
              onChoose: () => void save(() => move({ ...at, to: index + 1 })),
            },
            { id: 'delete', label: 'Delete', danger: true, onChoose: onDelete },
          ]}
        />
      )}
    </li>
  );
}

/** Which rule a message would fire, and why; nothing is sent. */
function TryMessage({ agent }: { agent: Agent }) {
  const [text, setText] = useState('');
  const answer = useTryRules(agent._id, text);
  const trial = useLatest(answer);
  return (
    <div className="mt-5 rounded-lg bg-surface-2 p-3">
      <Field label="Try a message" hint="Shows which rule fires and why. Nothing is sent.">
        <TextInput value={text} onChange={(event) => setText(event.target.value)} maxLength={2000} />
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
          <ul className="mt-1.5 space-y-1 text-ink-2">
            {trial.trials.map((each) => (
              <li key={each.ruleId}>
                {each.matched ? '✓' : '–'} {each.name}:{' '}
                {each.conditions.map(({ because }) => because).join(' ')}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
