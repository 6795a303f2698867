import { runAction, useAction } from '../../actions/registry';
import { useMyStatus, useSetStatus } from '../../convex/members';
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
  const status = useMyStatus();
  const setStatus = useSetStatus();
  const choose = (next: MemberStatus) =>
    void setStatus({ teamId, status: next }).catch((error) => notify(describeError(error), { tone: 'bad' }));

  useAction('desk.status', {
    choices: () =>
      memberStatuses.map((each) => ({
        id: each,
        ...statusWords[each],
        run: () => choose(each),
      })),
  });

  const effective = status?.effective ?? 'offline';
  const label = `${name}, ${statusWords[effective].label}`;
  return (
    <Menu
      label="Your status"
      align="end"
      trigger={
        <button
          type="button"
          aria-label={label}
          className="flex items-center justify-center rounded-full pointer-coarse:size-11"
        >
          <Avatar name={name} size={30} status={effective} />
        </button>
      }
      choices={[
        ...memberStatuses.map((each) => ({
          id: each,
          label: `${statusWords[each].label} · ${statusWords[each].hint}`,
          checked: status?.declared === each,
          onChoose: () => choose(each),
        })),
        { id: 'signOut', label: 'Sign out', onChoose: () => void runAction('desk.signOut') },
      ]}
    />
  );
}
