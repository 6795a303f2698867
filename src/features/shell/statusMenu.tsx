import { useAction } from '../../actions/registry';
import { useMyself, useSetStatus } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { type MemberStatus, memberStatuses } from '../../../convex/shared/people/people';
import { Avatar } from '../../ui/avatar';
import { Menu } from '../../ui/menu';
import { notify } from '../../ui/toast';
import { describeError } from '../../lib/errors';

const statusWords: Record<MemberStatus, { label: string; hint: string }> = {
  online: { label: 'Online', hint: 'Gets new tickets' },
  busy: { label: 'Busy', hint: 'Keeps your own, gets no new ones' },
  away: { label: 'Away', hint: 'Gets nothing automatically' },
  offline: { label: 'Offline', hint: 'Not working now' },
};

/** The person's own status: declared here; when the system shows less, it says why. */
export function StatusMenu() {
  const { teamId, name } = useMembership();
  const myself = useMyself();
  const setStatus = useSetStatus();
  const choose = (status: MemberStatus) =>
    void setStatus({ teamId, status }).catch((error) => notify(describeError(error), { tone: 'bad' }));

  useAction('desk.status', {
    choices: () =>
      memberStatuses.map((status) => ({
        id: status,
        label: statusWords[status].label,
        hint: statusWords[status].hint,
        run: () => choose(status),
      })),
  });

  const effective = myself?.effective ?? 'offline';
  const label = `${name}, ${statusWords[effective].label}`;
  return (
    <Menu
      label="Your status"
      align="end"
      trigger={
        <button type="button" aria-label={label} className="rounded-full">
          <Avatar name={name} size={30} status={effective} />
        </button>
      }
      choices={memberStatuses.map((status) => ({
        id: status,
        label: `${statusWords[status].label} · ${statusWords[status].hint}`,
        checked: myself?.declared === status,
        onChoose: () => choose(status),
      }))}
    />
  );
}
