import { useRef, useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  type Agent,
  type HandoverRule,
  useHandoverRules,
  useMoveRule,
  useRemoveRule,
} from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Menu } from '../../ui/menu';
import { Rehearsal } from './rehearsal';
import { RuleDialog } from './ruleDialog';
import { describeCondition, describeOutcome } from './ruleWords';
import { useSaving } from './settingRow';
import { TryMessage } from './tryMessage';

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
      {rules?.length === 0 && (
        <p className="mt-2 text-sm text-ink-2">
          No rules yet: it hands over when a customer asks for a person, and when it knows no answer.
        </p>
      )}
      {mayChange && (
        <Button ref={newRule} className="mt-3" onClick={() => setOpen('new')}>
          New rule
        </Button>
      )}
      <TryMessage agent={agent} />
      <Rehearsal agent={agent} />
      {open !== null && (
        <RuleDialog agent={agent} rule={open === 'new' ? null : open} onClose={() => setOpen(null)} />
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
