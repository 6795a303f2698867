import { useState } from 'react';
import { useMakeResetLink } from '../../convex/accounts';
import type { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Checkbox } from '../../ui/field';
import { useSaving } from './settingRow';
import { ShownOnce } from './shownOnce';

type Member = NonNullable<ReturnType<typeof useMembers>>[number];

/** [R1] A member who forgot their password gets a link to a new one, once. */
export function ResetLinkDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const { teamId } = useMembership();
  const makeLink = useMakeResetLink();
  const { isBusy, save } = useSaving();
  const [clearsSecondFactor, setClears] = useState(false);
  const [link, setLink] = useState<{ href: string; isMailed: boolean } | null>(null);
  const make = () =>
    save(async () => {
      const { token, isMailed } = await makeLink({ teamId, memberId: member.memberId, clearsSecondFactor });
      setLink({ href: `${location.origin}/reset#token=${token}`, isMailed });
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !isBusy && onClose()}
      title={`A new password for ${member.name}`}
      description="A link with which they choose one. It works once, for a day; then they are signed out everywhere else."
    >
      {link === null ? (
        <div className="flex flex-col gap-4">
          <Checkbox
            label="They lost their second factor, too: end it"
            checked={clearsSecondFactor}
            onChoose={setClears}
          />
          <Button tone="primary" size="medium" disabled={isBusy} onClick={() => void make()}>
            Make the link
          </Button>
        </div>
      ) : (
        <ShownOnce
          words={
            link.isMailed
              ? `It is on its way to ${member.email} by mail. You may also send them this link.`
              : 'Send this link to them yourself: no mail leaves this desk yet.'
          }
          secret={link.href}
          isKept={!link.isMailed}
        />
      )}
    </Dialog>
  );
}
