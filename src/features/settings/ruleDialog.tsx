import { useState } from 'react';
import type { RuleCondition } from '../../../convex/shared/agents/handover';
import { moodAskedFor } from '../../../convex/shared/agents/moods';
import { type Priority, priorities } from '../../../convex/shared/tickets/tickets';
import { type Agent, type HandoverRule, type UnsavedRule, useSaveRule } from '../../convex/agents';
import { useMembership } from '../../convex/session';
import { textOf } from '../../lib/useSubmit';
import { Button, IconButton } from '../../ui/button';
import { Field, NativeSelect, Options, TextArea, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { FormButtons, FormDialog } from './formDialog';
import { conditionFields, type ConditionType, conditionTypes, splitWords, typeOf } from './ruleWords';
import { TryMessage } from './tryMessage';

interface Line {
  key: number;
  type: ConditionType;
  value: string;
}

let lastKey = 0;
const newLine = (type: ConditionType = 'keywords', value = ''): Line => ({ key: ++lastKey, type, value });
const lineOf = (condition: RuleCondition): Line => {
  const type = typeOf(condition);
  return newLine(type, conditionFields[type].read(condition));
};

interface Props {
  agent: Agent;
  rule: HandoverRule | null;
  onClose: () => void;
}

/** One rule: when all of these hold, hand over like this, or never. */
export function RuleDialog({ agent, rule, onClose }: Props) {
  const agentId = agent._id;
  const { teamId } = useMembership();
  const saveRule = useSaveRule();
  const [lines, setLines] = useState<Line[]>(() => rule?.when.map(lineOf) ?? [newLine()]);
  const [handsOver, setHandsOver] = useState(rule?.outcome.handOver ?? true);
  const outcome = rule?.outcome.handOver ? rule.outcome : undefined;
  const [name, setName] = useState(rule?.name ?? '');
  const [line, setLine] = useState(outcome?.textToCustomer ?? '');
  const unsaved: UnsavedRule = {
    ruleId: rule?._id ?? null,
    name,
    when: conditionsOf(lines),
    outcome: handsOver
      ? { handOver: true, priority: 'normal', tags: [], textToCustomer: line.trim() || undefined }
      : { handOver: false },
  };
  const change = (key: number, patch: Partial<Line>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...patch } : line)));

  async function submit(data: FormData) {
    await saveRule({ teamId, agentId, ruleId: rule?._id, ...readRule(data, lines, handsOver) });
    onClose();
    notify('Saved.');
  }

  return (
    <FormDialog title={rule ? 'Rule' : 'New rule'} onClose={onClose} onSubmit={submit}>
      <Field label="Name">
        <TextInput
          name="name"
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
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
      {handsOver && <HandoverFields outcome={outcome} line={line} onLine={setLine} />}
      <TryMessage agent={agent} unsaved={unsaved} />
      <FormButtons onCancel={onClose}>Save</FormButtons>
    </FormDialog>
  );
}

type Outcome = HandoverRule['outcome'];
type Handover = Extract<Outcome, { handOver: true }>;

interface HandoverProps {
  outcome: Handover | undefined;
  /** What is said to the customer. */
  line: string;
  onLine: (line: string) => void;
}

function HandoverFields({ outcome, line, onLine }: HandoverProps) {
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
        <TextArea
          name="text"
          rows={2}
          maxLength={1000}
          value={line}
          onChange={(event) => onLine(event.target.value)}
        />
      </Field>
    </>
  );
}

type Written = Pick<HandoverRule, 'name' | 'when' | 'outcome'>;

const conditionsOf = (lines: Line[]) =>
  lines.map(({ type, value }) => conditionFields[type].make(value.trim()));

function readRule(data: FormData, lines: Line[], handsOver: boolean): Written {
  const name = textOf(data, 'name');
  const when = conditionsOf(lines);
  if (!handsOver) return { name, when, outcome: { handOver: false } };
  return {
    name,
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
        onChange={(event) => {
          const type = event.target.value as ConditionType;
          onChange({ type, value: Object.keys(conditionFields[type].value?.choices ?? {})[0] ?? '' });
        }}
      >
        {conditionTypes.map((type) => (
          <option key={type} value={type}>
            {conditionFields[type].label}
          </option>
        ))}
      </NativeSelect>
      {value?.choices && (
        <NativeSelect
          aria-label={conditionFields[line.type].label}
          value={line.value}
          onChange={(event) => onChange({ value: event.target.value })}
        >
          <Options words={value.choices} />
          {!(line.value in value.choices) && (
            <option value={line.value}>{`${moodAskedFor(Number(line.value))}, as it was set`}</option>
          )}
        </NativeSelect>
      )}
      {value && !value.choices && (
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
