import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  type TargetKind,
  targetKinds,
  type Targets,
  usualTargets,
} from '../../../convex/shared/tickets/targets';
import type { Priority } from '../../../convex/shared/tickets/tickets';
import { useCalendar, useTeam, useUpdateTeam } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Checkbox, NativeSelect, Options, TextInput } from '../../ui/field';
import { EmptyState } from '../../ui/states';
import { notify } from '../../ui/toast';
import { useSaved } from './savedField';
import { SettingGroup, SettingRow } from './settingRow';
import { dayAndTime, dueAfter, exampleInstant, readGoal, writeGoal } from './targetWords';

/** [T7] By when a person replies and resolves. */
export function TargetsSettings() {
  const team = useTeam();
  const { teamId, role } = useMembership();
  const update = useUpdateTeam();
  const { value: targets, choose: change } = useSaved<Targets | null | undefined>({
    value: team?.targets,
    onSave: (next) => update({ teamId, targets: next ?? null }),
  });
  const begin = useRef<HTMLButtonElement>(null);
  if (targets === undefined) return null;
  const mayChange = isAllowed(role, 'team.update');
  return (
    <>
      <p className="mb-5 text-sm text-ink-3">
        Each ticket shows what is due next and how long is left of it. What is due sooner is assigned sooner,
        and what was missed stands in its thread.
      </p>
      {targets === null ? (
        <EmptyState title="No targets yet.">
          <p className="mb-3">Tickets show how long their customer waits, and nothing is due.</p>
          {mayChange && (
            <Button ref={begin} tone="primary" size="medium" onClick={() => void change(usualTargets)}>
              Set targets
            </Button>
          )}
        </EmptyState>
      ) : (
        <TargetsForm
          targets={targets}
          disabled={!mayChange}
          onChange={change}
          onRemove={() => void change(null).then((isKept) => isKept && begin.current?.focus())}
        />
      )}
    </>
  );
}

interface FormProps {
  targets: Targets;
  disabled: boolean;
  onChange: (targets: Targets) => Promise<boolean>;
  onRemove: () => void;
}

const pauseWords: Record<keyof Targets['pauses'], string> = {
  customer: 'It waits on the customer',
  thirdParty: 'It waits on a third party',
  snoozed: 'It is snoozed',
};

function TargetsForm({ targets, disabled, onChange, onRemove }: FormProps) {
  const [asksRemoval, setAsksRemoval] = useState(false);
  const { pauses } = targets;
  return (
    <>
      <SettingGroup title="Time that counts">
        <Counting targets={targets} disabled={disabled} onChange={onChange} />
        <SettingRow label="Paused while" hint="The clocks of a ticket stand still, and go on afterwards.">
          {(Object.keys(pauseWords) as (keyof typeof pauseWords)[]).map((pause) => (
            <Checkbox
              key={pause}
              label={pauseWords[pause]}
              checked={pauses[pause]}
              disabled={disabled}
              onChoose={(isOn) => void onChange({ ...targets, pauses: { ...pauses, [pause]: isOn } })}
            />
          ))}
        </SettingRow>
      </SettingGroup>
      <SettingGroup title="Targets">
        <p className="text-sm text-ink-3">
          Hours and minutes, like 15m, 4h or 1h 30m. An empty field is no target. The first reply counts from
          the handover, each further one from the message that a person owes it to, the resolution from the
          opening.
        </p>
        <Goals targets={targets} disabled={disabled} onChange={onChange} />
        <Examples targets={targets} />
      </SettingGroup>
      {!disabled && (
        <Button tone="danger" onClick={() => setAsksRemoval(true)}>
          Remove targets
        </Button>
      )}
      <Confirm
        open={asksRemoval}
        onOpenChange={setAsksRemoval}
        title="Remove targets?"
        description="Nothing is due any more. What was missed stays in the threads."
        confirm="Remove targets"
        keep="Keep"
        onConfirm={onRemove}
      />
    </>
  );
}

const countingWords = { open: 'While the team is open', always: 'Around the clock' };

function Counting({ targets, disabled, onChange }: Omit<FormProps, 'onRemove'>) {
  const hasNoHours = useCalendar() === null;
  const hint =
    hasNoHours && !targets.isAroundTheClock ? (
      <>
        No{' '}
        <Link to="/settings/$section" params={{ section: 'hours' }} className="underline">
          opening hours
        </Link>{' '}
        are set: until then they count around the clock.
      </>
    ) : (
      'By the opening hours and holidays of the team.'
    );
  return (
    <SettingRow label="They count" hint={hint}>
      <NativeSelect
        aria-label="They count"
        value={targets.isAroundTheClock ? 'always' : 'open'}
        disabled={disabled}
        onChange={({ target: { value } }) =>
          void onChange({ ...targets, isAroundTheClock: value === 'always' })
        }
      >
        <Options words={countingWords} />
      </NativeSelect>
    </SettingRow>
  );
}

const kindWords: Record<TargetKind, string> = {
  firstReply: 'First reply',
  nextReply: 'Further replies',
  resolution: 'Resolution',
};
const priorityWords: [Priority, string][] = [
  ['urgent', 'Urgent'],
  ['high', 'High'],
  ['normal', 'Normal'],
  ['low', 'Low'],
];

function Goals({ targets, disabled, onChange }: Omit<FormProps, 'onRemove'>) {
  return (
    <table className="mt-3 w-full table-fixed border-collapse text-left text-base">
      <thead className="text-sm text-ink-3">
        <tr className="border-b border-line">
          <th className="w-20 py-2 font-medium">Priority</th>
          {targetKinds.map((kind) => (
            <th key={kind} className="py-2 pl-3 font-medium">
              {kindWords[kind]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {priorityWords.map(([priority, word]) => (
          <tr key={priority} className="border-b border-line">
            <th scope="row" className="py-2 font-medium">
              {word}
            </th>
            {targetKinds.map((kind) => (
              <td key={kind} className="py-2 pl-3">
                <GoalField
                  label={`${kindWords[kind]}, ${word.toLowerCase()}`}
                  minutes={targets.goals[priority][kind]}
                  disabled={disabled}
                  onChange={(minutes) => {
                    const { [kind]: _former, ...rest } = targets.goals[priority];
                    const goals = minutes === undefined ? rest : { ...rest, [kind]: minutes };
                    void onChange({ ...targets, goals: { ...targets.goals, [priority]: goals } });
                  }}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface GoalProps {
  label: string;
  minutes: number | undefined;
  disabled: boolean;
  onChange: (minutes: number | undefined) => void;
}

/** Saved when it is left, also when it is empty then; what is no time is said and put back. */
function GoalField({ label, minutes, disabled, onChange }: GoalProps) {
  const [typed, setTyped] = useState<string | null>(null);
  function leave() {
    setTyped(null);
    const next = typed === null ? minutes : readGoal(typed);
    if (next === null) notify(`“${typed}” is not a time like 15m, 4h or 1h 30m.`, { tone: 'bad' });
    else if (next !== minutes) onChange(next);
  }
  return (
    <TextInput
      aria-label={label}
      placeholder="None"
      value={typed ?? writeGoal(minutes)}
      disabled={disabled}
      className="w-full"
      onChange={(event) => setTyped(event.target.value)}
      onBlur={leave}
      onKeyDown={(event) => event.key === 'Enter' && leave()}
    />
  );
}

/** What the targets come to, by the hours of now. */
function Examples({ targets }: { targets: Targets }) {
  const calendar = useCalendar();
  const now = useNow(60_000);
  if (calendar === undefined) return null;
  const counts = targets.isAroundTheClock || calendar === null ? undefined : calendar;
  const from = exampleInstant(counts, now);
  const say = (minutes: number) => {
    const due = dueAfter(counts, from, minutes);
    return due === null ? 'never within a year' : dayAndTime(due, counts?.timeZone);
  };
  return (
    <div role="status" aria-label="Examples" className="mt-4 rounded-md bg-surface-2 px-3 py-2.5 text-base">
      <p>Handed over {dayAndTime(from, counts?.timeZone)}, a first reply is due:</p>
      <ul className="mt-1 text-sm text-ink-2">
        {priorityWords.map(([priority, word]) => {
          const { firstReply } = targets.goals[priority];
          return (
            <li key={priority}>
              {word}: {firstReply === undefined ? 'no target' : say(firstReply)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
