import { useState } from 'react';
import { memberStatuses, type Role, roles } from '../../../convex/shared/people/people';
import { isAllowed } from '../../../convex/shared/people/permissions';
import {
  useInvitations,
  useInvite,
  useMembers,
  useStatuses,
  useRemoveMember,
  useRevokeInvitation,
  useSetLimit,
  useSetRole,
  useSetStatusOf,
} from '../../convex/members';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { capitalised } from '../../lib/words';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Field, NativeSelect, TextInput } from '../../ui/field';
import { ResetLinkDialog } from './resetLinkDialog';
import { SavedInput, SavedSelect } from './savedField';
import { resetIfAsSent, SettingGroup, useSaving } from './settingRow';
import { ShownOnce, useShownOnce } from './shownOnce';

type Member = NonNullable<ReturnType<typeof useMembersHere>>[number];

/** [A2] As routing takes them. */
const statusesWord =
  'Online gets new tickets. Busy gets none and keeps its own, also those that are reopened. Away keeps its own, but what is reopened goes to others after a while. Offline is not there: what they hold goes on as Team and assignment says.';

/** [R1] Each may what stands before it, too. */
const rolesWord =
  'Operators answer. Managers also set how tickets go out, limits, statuses, agents, articles, rules and channels, and see figures. Owners also manage members, keys, export and erasure.';

/** Who is in the team, what they may do and how much they get. */
export function PeopleSettings() {
  const members = useMembersHere();
  const { role } = useMembership();
  return (
    <>
      <SettingGroup title="Members">
        <p className="text-sm text-ink-3">{statusesWord}</p>
        <ul>
          {members?.map((member) => (
            <MemberRow key={member.memberId} member={member} />
          ))}
        </ul>
      </SettingGroup>
      {isAllowed(role, 'invitations.manage') && <Invitations />}
    </>
  );
}

/** The members, each with whether they are there. */
function useMembersHere() {
  const members = useMembers();
  const statuses = useStatuses(true);
  return members?.flatMap((member) => {
    const status = statuses?.find(({ memberId }) => memberId === member.memberId);
    return status ? [{ ...member, ...status }] : [];
  });
}

const compact = 'w-auto! h-8! pointer-coarse:h-11!';

function MemberRow({ member }: { member: Member }) {
  const { teamId, role, memberId } = useMembership();
  const [asksRemoval, setAsksRemoval] = useState(false);
  const [makesLink, setMakesLink] = useState(false);
  const setRole = useSetRole();
  const setLimit = useSetLimit();
  const setStatusOf = useSetStatusOf();
  const remove = useRemoveMember();
  const { isBusy, save } = useSaving();
  const at = { teamId, memberId: member.memberId };
  const owns = isAllowed(role, 'members.manage');
  return (
    <li className="flex flex-wrap items-center gap-3 border-b border-line py-3">
      <Avatar name={member.name} size={32} status={member.effective} />
      <div className="min-w-40 flex-1">
        <p className="truncate text-base font-medium">{member.name}</p>
        <p className="truncate text-sm text-ink-3">
          {member.email}
          {member.downgrade && ` · ${member.downgrade === 'idle' ? 'idle' : 'not connected'}`}
        </p>
      </div>
      <SavedSelect
        aria-label={`Status of ${member.name}`}
        className={compact}
        value={member.declared}
        disabled={!isAllowed(role, 'members.setStatuses')}
        onSave={(status) => setStatusOf({ ...at, status })}
      >
        {memberStatuses.map((status) => (
          <option key={status} value={status}>
            {capitalised(status)}
          </option>
        ))}
      </SavedSelect>
      <label className="flex items-center gap-1.5 text-sm text-ink-3">
        Limit
        <SavedInput
          aria-label={`Limit of ${member.name}`}
          type="number"
          min={0}
          step={1}
          value={String(member.limit)}
          disabled={!isAllowed(role, 'members.setLimits')}
          className="h-8! w-16! pointer-coarse:h-11!"
          onSave={(limit) => setLimit({ ...at, limit: Number(limit) })}
        />
      </label>
      <SavedSelect
        aria-label={`Role of ${member.name}`}
        className={compact}
        value={member.role}
        disabled={!owns}
        onSave={(next) => setRole({ ...at, role: next })}
      >
        {roles.map((each) => (
          <option key={each} value={each}>
            {capitalised(each)}
          </option>
        ))}
      </SavedSelect>
      {owns && member.memberId !== memberId && (
        <div className="ml-auto flex gap-2">
          <Button onClick={() => setMakesLink(true)}>New password</Button>
          <Button tone="danger" disabled={isBusy} onClick={() => setAsksRemoval(true)}>
            Remove
          </Button>
        </div>
      )}
      {makesLink && <ResetLinkDialog member={member} onClose={() => setMakesLink(false)} />}
      <Confirm
        open={asksRemoval}
        onOpenChange={setAsksRemoval}
        title={`Remove ${member.name}?`}
        description="They lose access at once. Their tickets go to others; the conversations they hold are held by the team."
        confirm={`Remove ${member.name}`}
        keep="Keep"
        onConfirm={() => void save(() => remove(at), `${member.name} was removed.`)}
      />
    </li>
  );
}

const wordsOf = (mailedTo: string | null) =>
  mailedTo === null
    ? 'Send this link to them: no mail leaves this desk yet.'
    : `It is on its way to ${mailedTo} by mail. You may also send them this link.`;

function Invitations() {
  const invitations = useInvitations();
  const { teamId } = useMembership();
  const invite = useInvite();
  const revoke = useRevokeInvitation();
  const { isBusy, save } = useSaving();
  const [link, showLink] = useShownOnce();
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const [made, setMade] = useState<string | null>(null);
  // Used or cancelled, its link opens nothing any more.
  const isPending = invitations?.some(({ invitationId }) => invitationId === made) ?? false;

  return (
    <SettingGroup title="Invitations">
      <p className="text-sm text-ink-3">{rolesWord}</p>
      <form
        className="mt-3 flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const data = new FormData(form);
          void save(async () => {
            const email = String(data.get('email'));
            const { token, isMailed, invitationId } = await invite({
              teamId,
              email,
              role: data.get('role') as Role,
            });
            showLink(`${location.origin}/invite/${token}`, {
              elsewhere: `The invitation for ${email} is ready.`,
              copy: 'Copy the link',
              isKept: !isMailed,
            });
            setMailedTo(isMailed ? email : null);
            setMade(invitationId);
            resetIfAsSent(form, data);
          });
        }}
      >
        <div className="min-w-60 flex-1">
          <Field label="Email">
            <TextInput name="email" type="email" required />
          </Field>
        </div>
        <Field label="Role">
          <NativeSelect name="role" aria-label="Role" defaultValue="operator">
            {roles.map((role) => (
              <option key={role} value={role}>
                {capitalised(role)}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Button type="submit" tone="primary" size="medium" disabled={isBusy} className="h-9!">
          Invite
        </Button>
      </form>
      {link && isPending && <ShownOnce words={wordsOf(mailedTo)} secret={link} isKept={mailedTo === null} />}
      <ul className="mt-2">
        {invitations?.map((invitation) => (
          <li
            key={invitation.invitationId}
            className="flex items-center gap-3 border-b border-line py-2.5 text-sm"
          >
            <span className="flex-1 truncate">{invitation.email}</span>
            <span className="text-ink-3">
              {invitation.role} · until {formatFull(invitation.expiresAt)}
            </span>
            <Button
              tone="danger"
              disabled={isBusy}
              onClick={() =>
                void save(
                  () => revoke({ teamId, invitationId: invitation.invitationId }),
                  'The invitation opens nothing any more.',
                )
              }
            >
              Cancel
            </Button>
          </li>
        ))}
      </ul>
    </SettingGroup>
  );
}
