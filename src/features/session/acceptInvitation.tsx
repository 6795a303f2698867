import { useState } from 'react';
import { useAcceptInvitation, useInvitation, useMe, useSignIn } from '../../convex/session';
import { useLatest } from '../../lib/useLatest';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Field, FormError, TextInput } from '../../ui/field';
import { AuthPage } from '../../ui/authPage';

/** Joins a team by invitation, with a new sign-in or the one already there. */
export function AcceptInvitation({ token, onDone }: { token: string; onDone: () => void }) {
  const current = useInvitation(token);
  const me = useMe();
  const { signIn, signUp } = useSignIn();
  const accept = useAcceptInvitation();
  const [hasAccount, setHasAccount] = useState(false);
  const { error, isBusy, onSubmit } = useSubmit(async (form) => {
    const name = textOf(form, 'name');
    if (!me) {
      const credentials = { email: invitation!.email, password: String(form.get('password')) };
      await (hasAccount ? signIn(credentials) : signUp({ ...credentials, name, invitationToken: token }));
    }
    await accept({ token, name: name || (me?.name ?? '') });
    onDone();
  });
  // While this person joins, it is they who use it up: the form stays until they are in.
  const opened = useLatest(current ?? undefined);
  const invitation = isBusy ? opened : current;

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
      <form className="flex flex-col gap-4" onSubmit={onSubmit}>
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
        <FormError text={error} />
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
