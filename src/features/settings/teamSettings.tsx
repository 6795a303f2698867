import { isAllowed } from '../../../convex/shared/people/permissions';
import type { AssignmentMode } from '../../../convex/shared/routing/routing';
import type { WhenHolderVanishes } from '../../../convex/shared/control/vanished';
import { useAllowFurtherTeams, useTeam, useUpdateTeam } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { Options } from '../../ui/field';
import { SavedCheckbox, SavedInput, SavedSelect } from './savedField';
import { SettingGroup, SettingRow } from './settingRow';

const modes: Record<AssignmentMode, string> = {
  balanced: 'Balanced: least load first',
  roundRobin: 'Round robin: in turn',
  manual: 'Manual: people take or give',
};
const vanishing: Record<WhenHolderVanishes, string> = {
  unassign: 'The team holds it',
  returnToAgent: 'Return to the agent',
  keep: 'Keep it with them',
};
const second = 1000;
const day = 86_400_000;

/** How tickets go out, and what happens after how long. */
export function TeamSettings() {
  const team = useTeam();
  const { teamId, role } = useMembership();
  const update = useUpdateTeam();
  if (!team) return null;
  const mayChange = isAllowed(role, 'team.update');
  return (
    <>
      <SettingGroup title="Team">
        <SettingRow label="Name" hint="Your customers see it.">
          <SavedInput
            aria-label="Team name"
            value={team.name}
            disabled={!mayChange}
            maxLength={80}
            onSave={(name) => update({ teamId, name })}
          />
        </SettingRow>
        {team.allowFurtherTeams !== undefined && isAllowed(role, 'team.allowFurtherTeams') && (
          <SettingRow label="Further teams" hint="Whether others may set up teams on this desk.">
            <FurtherTeams isAllowed={team.allowFurtherTeams} />
          </SettingRow>
        )}
      </SettingGroup>
      <SettingGroup title="Assignment">
        <SettingRow
          label="New tickets go out"
          hint="Only to people who are online, connected and below their limit."
        >
          <SavedSelect
            aria-label="Assignment mode"
            value={team.assignmentMode}
            disabled={!mayChange}
            onSave={(assignmentMode) => update({ teamId, assignmentMode })}
          >
            <Options words={modes} />
          </SavedSelect>
        </SettingRow>
        <NumberRow
          label="Picked up within"
          hint="Minutes of your opening hours. A ticket that came automatically and is neither opened nor answered by then goes to others. 0: it stays."
          value={team.pickUp.minutes}
          disabled={!mayChange}
          onSave={(minutes) => update({ teamId, pickUp: { minutes } })}
        />
        <NumberRow
          label="Urgent ones within"
          hint="Minutes. 0: it stays."
          value={team.pickUp.urgentMinutes}
          disabled={!mayChange}
          onSave={(urgentMinutes) => update({ teamId, pickUp: { urgentMinutes } })}
        />
      </SettingGroup>
      <SettingGroup title="When an operator goes offline">
        <SettingRow
          label="The conversation they hold"
          hint="After ten minutes offline with a customer waiting."
        >
          <SavedSelect
            aria-label="When an operator goes offline"
            value={team.whenHolderVanishes}
            disabled={!mayChange}
            onSave={(whenHolderVanishes) => update({ teamId, whenHolderVanishes })}
          >
            <Options words={vanishing} />
          </SavedSelect>
        </SettingRow>
      </SettingGroup>
      <SettingGroup title="Time limits">
        <NumberRow
          label="Agent answers within"
          hint="Seconds. An answer that does not come by then is a handover."
          value={team.answerDeadlineMs / second}
          disabled={!mayChange}
          onSave={(seconds) => update({ teamId, answerDeadlineMs: seconds * second })}
        />
        <NumberRow
          label="Resolved tickets close after"
          hint="Days. Until then a question that needs a person reopens the ticket; afterwards it is a new one."
          value={team.closeAfterMs / day}
          disabled={!mayChange}
          onSave={(days) => update({ teamId, closeAfterMs: days * day })}
        />
      </SettingGroup>
    </>
  );
}

function FurtherTeams({ isAllowed: stored }: { isAllowed: boolean }) {
  const { teamId } = useMembership();
  const allow = useAllowFurtherTeams();
  return <SavedCheckbox label="Allowed" value={stored} onSave={(allowed) => allow({ teamId, allowed })} />;
}

interface NumberRowProps {
  label: string;
  hint: string;
  value: number;
  disabled: boolean;
  onSave: (value: number) => Promise<unknown>;
}

function NumberRow({ label, hint, value, disabled, onSave }: NumberRowProps) {
  return (
    <SettingRow label={label} hint={hint}>
      <SavedInput
        aria-label={label}
        type="number"
        min={0}
        step="any"
        value={String(value)}
        disabled={disabled}
        onSave={(next) => onSave(Number(next))}
      />
    </SettingRow>
  );
}
