import { useState } from 'react';
import { keyAddress, newSecret } from '../../../convex/shared/people/secondFactor';
import { useRenewCodes, useTurnOffFactor, useTurnOnFactor } from '../../convex/accounts';
import { useMe, useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { Field, TextInput } from '../../ui/field';
import { QrCode } from '../../ui/qrCode';
import { notify } from '../../ui/toast';
import { FormDialog } from './formDialog';

interface Props {
  onClose: () => void;
}

/** The app reads the secret, which this browser makes; a code of it and the password turn it on. */
export function TurnOnDialog({ onClose }: Props) {
  const { teamName } = useMembership();
  const email = useMe()?.email ?? '';
  const turnOn = useTurnOnFactor();
  const [secret] = useState(newSecret);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <Codes codes={codes} onClose={onClose} />;

  async function submit(data: FormData) {
    const given = { password: String(data.get('password')), code: String(data.get('code')) };
    setCodes(await turnOn({ secret, ...given }));
  }
  return (
    <FormDialog title="Set up the second factor" onClose={onClose} onSubmit={submit}>
      <p className="text-sm text-ink-2">
        Read this with an app for codes, or type the key into it. Then give the code it shows.
      </p>
      <div className="flex flex-wrap items-center gap-4">
        <QrCode
          text={keyAddress(secret, { email, desk: `Baton ${teamName}` })}
          label="The key, for the camera of your app"
        />
        <div className="min-w-40 flex-1 text-sm">
          <p className="text-ink-3">Key</p>
          <code className="block select-all">{secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
        </div>
      </div>
      <Field label="Code of the app">
        <TextInput name="code" inputMode="numeric" autoComplete="one-time-code" required autoFocus />
      </Field>
      <PasswordField />
      <Button type="submit" tone="primary" size="medium">
        Turn on
      </Button>
    </FormDialog>
  );
}

export function TurnOffDialog({ onClose }: Props) {
  const turnOff = useTurnOffFactor();
  async function submit(data: FormData) {
    await turnOff({ password: String(data.get('password')) });
    onClose();
    notify('The second factor is off.');
  }
  return (
    <FormDialog title="Turn off the second factor?" onClose={onClose} onSubmit={submit}>
      <p className="text-sm text-ink-2">Your password alone will sign you in. Your recovery codes end.</p>
      <PasswordField />
      <Button type="submit" tone="primary" size="medium">
        Turn off
      </Button>
    </FormDialog>
  );
}

export function CodesDialog({ onClose }: Props) {
  const renew = useRenewCodes();
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <Codes codes={codes} onClose={onClose} />;
  async function submit(data: FormData) {
    setCodes(await renew({ password: String(data.get('password')) }));
  }
  return (
    <FormDialog title="New recovery codes" onClose={onClose} onSubmit={submit}>
      <p className="text-sm text-ink-2">Those you have stop working.</p>
      <PasswordField />
      <Button type="submit" tone="primary" size="medium">
        Make new codes
      </Button>
    </FormDialog>
  );
}

/** Shown this once. */
function Codes({ codes, onClose }: Props & { codes: string[] }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Your recovery codes"
      asks={{
        title: 'Have you kept them?',
        description: 'They are not shown again. Without them and without your app nobody signs in as you.',
        confirm: 'I have kept them',
        keep: 'Back to the codes',
      }}
    >
      <p className="text-sm text-ink-2">
        Each lets you in once, when you do not have your app. Keep them where you keep passwords: they are
        shown only now.
      </p>
      <ul
        aria-label="Recovery codes"
        className="mt-3 grid grid-cols-[max-content_max-content] justify-between gap-x-4 gap-y-1 rounded-lg bg-surface-2 p-3 max-sm:grid-cols-1"
      >
        {codes.map((code) => (
          <li key={code}>
            <code className="text-sm whitespace-nowrap select-all">{code}</code>
          </li>
        ))}
      </ul>
      <div className="mt-4 flex justify-end gap-2">
        <Button size="medium" onClick={() => void copy(codes.join('\n'))}>
          Copy
        </Button>
        <Button size="medium" tone="primary" onClick={onClose}>
          I have kept them
        </Button>
      </div>
    </Dialog>
  );
}

function PasswordField() {
  return (
    <Field label="Your password">
      <TextInput name="password" type="password" autoComplete="current-password" required />
    </Field>
  );
}
