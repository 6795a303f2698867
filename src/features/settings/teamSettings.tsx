import { isAllowed } from '../../../convex/shared/permissions';
import type { AssignmentMode } from '../../../convex/shared/routing';
import type { WhenHolderVanishes } from '../../../convex/shared/vanished';
import { useAllowFurtherTeams, useTeam, useUpdateTeam } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { NativeSelect, TextInput } from '../../ui/field';
import { SettingGroup, SettingRow, useSaving } from './settingRow';

const modes: Record<AssignmentMode, string> = {
  balanced: 'Balanced: least load first',
  roundRobin: 'Round robin: in turn',
  manual: 'Manual: people take or give',
};
const vanishing: Record<WhenHolderVanishes, string> = {
  unassign: 'The team holds it: anybody may take over',
  returnToAgent: 'Return to the agent',
  keep: 'Keep it with them',
};
const second = 1000;
const day = 86_400_000;

/** How tickets go out, and the team's clocks. */
export function TeamSettings() {
  const team = useTeam();
  const { teamId, role } = useMembership();
  const update = useUpdateTeam();
  const allow = useAllowFurtherTeams();
  const { save } = useSaving();
  if (!team) return null;
  const mayChange = isAllowed(role, 'team.update');
  return (
    <>
      <SettingGroup title="Team">
        <SettingRow label="Name" hint="Your customers see it.">
          <TextInput
            aria-label="Team name"
            key={team.name}
            defaultValue={team.name}
            disabled={!mayChange}
            maxLength={80}
            onBlur={(event) => {
              const name = event.target.value.trim();
              if (name && name !== team.name) void save(() => update({ teamId, name }), 'Saved.');
            }}
          />
        </SettingRow>
        {team.allowFurtherTeams !== undefined && isAllowed(role, 'team.allowFurtherTeams') && (
          <SettingRow label="Further teams" hint="Whether others may set up teams on this desk.">
            <label className="flex items-center gap-2 text-base">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={team.allowFurtherTeams}
                onChange={(event) => void save(() => allow({ teamId, allowed: event.target.checked }))}
              />
              Allowed
            </label>
          </SettingRow>
        )}
      </SettingGroup>
      <SettingGroup title="Assignment">
        <SettingRow
          label="New tickets go out"
          hint="Only to people who are online, connected and below their limit."
        >
          <NativeSelect
            aria-label="Assignment mode"
            value={team.assignmentMode}
            disabled={!mayChange}
            onChange={(event) =>
              void save(
                () => update({ teamId, assignmentMode: event.target.value as AssignmentMode }),
                'Saved.',
              )
            }
          >
            {(Object.keys(modes) as AssignmentMode[]).map((mode) => (
              <option key={mode} value={mode}>
                {modes[mode]}
              </option>
            ))}
          </NativeSelect>
        </SettingRow>
      </SettingGroup>
      <SettingGroup title="When an operator vanishes">
        <SettingRow
          label="The conversation they hold"
          hint="After ten minutes offline with a customer waiting."
        >
          <NativeSelect
            aria-label="When an operator vanishes"
            value={team.whenHolderVanishes}
            disabled={!mayChange}
            onChange={(event) =>
              void save(
                () => update({ teamId, whenHolderVanishes: event.target.value as WhenHolderVanishes }),
                'Saved.',
              )
            }
          >
            {(Object.keys(vanishing) as WhenHolderVanishes[]).map((choice) => (
              <option key={choice} value={choice}>
                {vanishing[choice]}
              </option>
            ))}
          </NativeSelect>
        </SettingRow>
      </SettingGroup>
      <SettingGroup title="Clocks">
        <NumberRow
          label="Agent answers within"
          hint="Seconds. An answer that does not come by then is a handover."
          value={team.answerDeadlineMs / second}
          disabled={!mayChange}
          onSave={(seconds) => save(() => update({ teamId, answerDeadlineMs: seconds * second }), 'Saved.')}
        />
        <NumberRow
          label="Resolved tickets close after"
          hint="Days."
          value={team.closeAfterMs / day}
          disabled={!mayChange}
          onSave={(days) => save(() => update({ teamId, closeAfterMs: days * day }), 'Saved.')}
        />
      </SettingGroup>
    </>
  );
}

interface NumberRowProps {
  label: string;
  hint: string;
  value: number;
  disabled: boolean;
  onSave: (value: number) => Promise<boolean>;
}

function NumberRow({ label, hint, value, disabled, onSave }: NumberRowProps) {
  return (
    <SettingRow label={label} hint={hint}>
      <TextInput
        aria-label={label}
        key={value}
        type="number"
        min={0}
        step="any"
        defaultValue={value}
        disabled={disabled}
        onBlur={(event) => {
          const field = event.target;
          const next = field.valueAsNumber;
          if (!Number.isFinite(next) || next === value) return;
          void onSave(next).then((saved) => {
            if (!saved) field.value = String(value);
          });
        }}
      />
    </SettingRow>
  );
}
