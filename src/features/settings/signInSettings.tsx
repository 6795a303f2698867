import { useState } from 'react';
import {
  type Session,
  useChangePassword,
  useEndOtherSessions,
  useEndSession,
  useSecondFactor,
  useSessions,
} from '../../convex/accounts';
import { formatFull } from '../../lib/time';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { FormDialog } from './formDialog';
import { CodesDialog, TurnOffDialog, TurnOnDialog } from './secondFactorDialogs';
import { SettingGroup, SettingRow, useSaving } from './settingRow';

/** How this person signs in: password, second factor, and where they are signed in. */
export function SignInSettings() {
  return (
    <>
      <SettingGroup title="Sign-in">
        <PasswordRow />
        <SecondFactorRow />
      </SettingGroup>
      <Sessions />
    </>
  );
}

function PasswordRow() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <SettingRow label="Password" hint="Changing it signs you out everywhere else.">
      <Button size="medium" onClick={() => setIsOpen(true)}>
        Change password
      </Button>
      {isOpen && <PasswordDialog onClose={() => setIsOpen(false)} />}
    </SettingRow>
  );
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const change = useChangePassword();
  async function submit(data: FormData) {
    await change({ current: String(data.get('current')), next: String(data.get('next')) });
    onClose();
    notify('Your password is changed.');
  }
  return (
    <FormDialog title="Change password" onClose={onClose} onSubmit={submit}>
      <Field label="Current password">
        <TextInput name="current" type="password" autoComplete="current-password" required autoFocus />
      </Field>
      <Field label="New password" hint="At least 10 characters.">
        <TextInput name="next" type="password" autoComplete="new-password" required minLength={10} />
      </Field>
      <Button type="submit" tone="primary" size="medium">
        Change password
      </Button>
    </FormDialog>
  );
}

type FactorDialog = 'on' | 'off' | 'codes';

function SecondFactorRow() {
  const factor = useSecondFactor();
  const [open, setOpen] = useState<FactorDialog | null>(null);
  const close = () => setOpen(null);
  const isOn = factor !== undefined && factor.since !== null;
  return (
    <SettingRow
      label="Second factor"
      hint={
        isOn
          ? `On since ${formatFull(factor.since!)}. ${factor.codesLeft} recovery codes are left.`
          : 'A code of an app on your phone, beside the password.'
      }
    >
      {factor && !isOn && (
        <Button size="medium" onClick={() => setOpen('on')}>
          Set up
        </Button>
      )}
      {isOn && (
        <div className="flex flex-wrap gap-2">
          <Button size="medium" onClick={() => setOpen('codes')}>
            New recovery codes
          </Button>
          <Button size="medium" tone="danger" onClick={() => setOpen('off')}>
            Turn off
          </Button>
        </div>
      )}
      {open === 'on' && <TurnOnDialog onClose={close} />}
      {open === 'off' && <TurnOffDialog onClose={close} />}
      {open === 'codes' && <CodesDialog onClose={close} />}
    </SettingRow>
  );
}

function Sessions() {
  const sessions = useSessions();
  const endOthers = useEndOtherSessions();
  const { isBusy, save } = useSaving();
  return (
    <SettingGroup title="Where you are signed in">
      <ul>
        {sessions?.map((session) => (
          <SessionRow key={session.sessionId} session={session} />
        ))}
      </ul>
      {sessions && sessions.length > 1 && (
        <Button
          className="mt-3"
          size="medium"
          disabled={isBusy}
          onClick={() => void save(() => endOthers({}), 'You are signed out everywhere else.')}
        >
          Sign out everywhere else
        </Button>
      )}
    </SettingGroup>
  );
}

function SessionRow({ session }: { session: Session }) {
  const end = useEndSession();
  const { isBusy, save } = useSaving();
  const { sessionId, browser, signedInAt, lastUsedAt, isThis } = session;
  const name = browser ?? 'A browser';
  return (
    <li className="flex flex-wrap items-center gap-3 border-b border-line py-3">
      <div className="min-w-40 flex-1">
        <p className="text-base font-medium">
          {name}
          {isThis && <span className="ml-2 text-sm font-normal text-ok">this browser</span>}
        </p>
        <p className="text-sm text-ink-3">
          Signed in {formatFull(signedInAt)} · last used {formatFull(lastUsedAt)}
        </p>
      </div>
      {!isThis && (
        <Button
          tone="danger"
          disabled={isBusy}
          aria-label={`Sign out ${name}`}
          onClick={() => void save(() => end({ sessionId }), `${name} is signed out.`)}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}
