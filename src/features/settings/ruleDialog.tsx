import { useState } from 'react';
import type { Id } from '../../../convex/_generated/dataModel';
import { type Priority, priorities } from '../../../convex/shared/tickets/tickets';
import { type HandoverRule, useSaveRule } from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { textOf } from '../../lib/useSubmit';
import { Button, IconButton } from '../../ui/button';
import { Field, NativeSelect, TextArea, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { FormButtons, FormDialog } from './formDialog';
import { conditionFields, type ConditionType, conditionTypes, splitWords } from './ruleWords';

interface Line {
  key: number;
  type: ConditionType;
  value: string;
}

let lastKey = 0;
const newLine = (type: ConditionType = 'keywords', value = ''): Line => ({ key: ++lastKey, type, value });

interface Props {
  agentId: Id<'agents'>;
  rule: HandoverRule | null;
  onClose: () => void;
}

/** One rule: when all of these hold, hand over like this, or never. */
export function RuleDialog({ agentId, rule, onClose }: Props) {
  const { teamId } = useMembership();
  const saveRule = useSaveRule();
  const [lines, setLines] = useState<Line[]>(
    () => rule?.when.map((each) => newLine(each.type, conditionFields[each.type].read(each))) ?? [newLine()],
  );
  const [handsOver, setHandsOver] = useState(rule?.outcome.handOver ?? true);
  const outcome = rule?.outcome.handOver ? rule.outcome : undefined;
  const change = (key: number, patch: Partial<Line>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...patch } : line)));

  async function submit(data: FormData) {
    const written = { name: textOf(data, 'name'), ...readRule(data, lines, handsOver) };
    await saveRule({ teamId, agentId, ruleId: rule?._id, ...written });
    onClose();
    notify('Saved.');
  }

  return (
    <FormDialog title={rule ? 'Rule' : 'New rule'} onClose={onClose} onSubmit={submit}>
      <Field label="Name">
        <TextInput name="name" required maxLength={80} defaultValue={rule?.name} />
      </Field>
      <fieldset>
        <legend className="text-sm font-medium">When all of these hold</legend>
        {lines.map((line) => (
          <ConditionLine
            key={line.key}
            line={line}
            onChange={(patch) => change(line.key, patch)}
            onRemove={lines.length > 1 ? () => setLines(lines.filter((each) => each !== line)) : undefined}
          />
        ))}
        <Button className="mt-2" onClick={() => setLines([...lines, newLine()])}>
          And…
        </Button>
      </fieldset>
      <Field label="Then">
        <NativeSelect
          aria-label="Then"
          value={handsOver ? 'yes' : 'no'}
          onChange={(event) => setHandsOver(event.target.value === 'yes')}
        >
          <option value="yes">Hand over</option>
          <option value="no">Never hand over</option>
        </NativeSelect>
      </Field>
      {handsOver && <HandoverFields outcome={outcome} />}
      <FormButtons onCancel={onClose}>Save</FormButtons>
    </FormDialog>
  );
}

type Outcome = HandoverRule['outcome'];
type Handover = Extract<Outcome, { handOver: true }>;

function HandoverFields({ outcome }: { outcome: Handover | undefined }) {
  return (
    <>
      <Field label="Priority">
        <NativeSelect name="priority" aria-label="Priority" defaultValue={outcome?.priority ?? 'normal'}>
          {priorities.map((priority) => (
            <option key={priority}>{priority}</option>
          ))}
        </NativeSelect>
      </Field>
      <Field label="Tags" hint="With commas between.">
        <TextInput name="tags" defaultValue={outcome?.tags.join(', ')} />
      </Field>
      <Field label="Text to the customer">
        <TextArea name="text" rows={2} maxLength={1000} defaultValue={outcome?.textToCustomer} />
      </Field>
    </>
  );
}

function readRule(data: FormData, lines: Line[], handsOver: boolean): Pick<HandoverRule, 'when' | 'outcome'> {
  const when = lines.map((line) => conditionFields[line.type].make(line.value.trim()));
  if (!handsOver) return { when, outcome: { handOver: false } };
  return {
    when,
    outcome: {
      handOver: true,
      priority: textOf(data, 'priority') as Priority,
      tags: splitWords(textOf(data, 'tags')),
      textToCustomer: textOf(data, 'text') || undefined,
    },
  };
}

interface LineProps {
  line: Line;
  onChange: (patch: Partial<Line>) => void;
  onRemove?: (() => void) | undefined;
}

function ConditionLine({ line, onChange, onRemove }: LineProps) {
  const { value } = conditionFields[line.type];
  return (
    <div className="mt-2 grid grid-cols-[1fr_auto] items-center gap-2">
      <NativeSelect
        aria-label="Condition"
        value={line.type}
        onChange={(event) => onChange({ type: event.target.value as ConditionType, value: '' })}
      >
        {conditionTypes.map((type) => (
          <option key={type} value={type}>
            {conditionFields[type].label}
          </option>
        ))}
      </NativeSelect>
      {value && (
        <TextInput
          aria-label={conditionFields[line.type].label}
          placeholder={value.hint}
          required
          type={value.isNumber ? 'number' : 'text'}
          step="any"
          value={line.value}
          onChange={(event) => onChange({ value: event.target.value })}
        />
      )}
      {onRemove && (
        <IconButton label="Remove this condition" className="col-start-2 row-start-1" onClick={onRemove}>
          ×
        </IconButton>
      )}
    </div>
  );
}
