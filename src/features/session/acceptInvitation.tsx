import { useState } from 'react';
import { useAcceptInvitation, useInvitation, useMe, useSignIn } from '../../convex/session';
import { describeError } from '../../lib/errors';
import { useLatest } from '../../lib/useLatest';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { AuthPage } from '../../ui/authPage';

/** Joins a team by invitation, with a new sign-in or the one already there. */
export function AcceptInvitation({ token, onDone }: { token: string; onDone: () => void }) {
  const current = useInvitation(token);
  const me = useMe();
  const { signIn, signUp } = useSignIn();
  const accept = useAcceptInvitation();
  const [hasAccount, setHasAccount] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  // While this person joins, it is they who use it up: the form stays until they are in.
  const opened = useLatest(current ?? undefined);
  const invitation = isBusy ? opened : current;

  async function submit(form: FormData) {
    setIsBusy(true);
    setError(null);
    const name = String(form.get('name') ?? '').trim();
    try {
      if (!me) {
        const credentials = { email: invitation!.email, password: String(form.get('password')) };
        await (hasAccount ? signIn(credentials) : signUp({ ...credentials, name, invitationToken: token }));
      }
      await accept({ token, name: name || (me?.name ?? '') });
      onDone();
    } catch (failure) {
      setError(describeError(failure));
      setIsBusy(false);
    }
  }

  if (invitation === undefined || (me === undefined && !isBusy)) return null;
  if (invitation === null) {
    return (
      <AuthPage
        title="This invitation no longer works"
        lead="It was used, withdrawn or has expired. Ask for a new one."
      />
    );
  }
  return (
    <AuthPage title={`Join ${invitation.teamName}`} lead={`As ${invitation.role}, with ${invitation.email}.`}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        {!hasAccount && (
          <Field label="Your name" hint="Your team and your customers see it.">
            <TextInput
              name="name"
              autoComplete="name"
              required
              maxLength={80}
              defaultValue={me?.name ?? ''}
              autoFocus
            />
          </Field>
        )}
        {!me && (
          <Field label="Password" hint={hasAccount ? undefined : 'At least 10 characters.'}>
            <TextInput
              name="password"
              type="password"
              required
              minLength={hasAccount ? undefined : 10}
              autoComplete={hasAccount ? 'current-password' : 'new-password'}
            />
          </Field>
        )}
        {error && (
          <p role="alert" className="text-sm text-bad">
            {error}
          </p>
        )}
        <Button type="submit" tone="primary" size="large" disabled={isBusy}>
          Join
        </Button>
        {!me && (
          <Button tone="quiet" size="medium" onClick={() => setHasAccount(!hasAccount)}>
            {hasAccount ? 'I am new here' : 'I have a sign-in already'}
          </Button>
        )}
      </form>
    </AuthPage>
  );
}
