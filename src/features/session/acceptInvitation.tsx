import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAcceptInvitation, useInvitation, useMe, useSignIn } from '../../convex/session';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { AuthPage } from '../../ui/authPage';
import { Button } from '../../ui/button';
import { Field, FormError, TextInput } from '../../ui/field';
import { CodeField, useCodeStep } from './codeStep';

type Invitation = NonNullable<ReturnType<typeof useInvitation>>;
type Me = ReturnType<typeof useMe>;

interface Props {
  token: string;
  onDone: () => void;
}

/** Joins a team by invitation: with a new sign-in, the one already there, or the one that is signed in. */
export function AcceptInvitation({ token, onDone }: Props) {
  const current = useInvitation(token);
  const me = useMe();
  // While this person joins, it is they who use it up and sign in: the page stays as it was when they pressed.
  const [pressed, setPressed] = useState<{ invitation: Invitation; me: Me } | null>(null);
  const { invitation, me: present } = pressed ?? { invitation: current, me };

  if (invitation === undefined || present === undefined) return null;
  if (invitation === null) {
    return (
      <AuthPage
        title="This invitation no longer works"
        lead="It was used, cancelled or has expired. Ask whoever invited you for a new one."
      >
        <Link to="/login" className="text-sm text-accent-text underline pointer-coarse:py-3">
          Sign in, if you have joined already
        </Link>
      </AuthPage>
    );
  }
  const press = (isJoining: boolean) => setPressed(isJoining ? { invitation, me: present } : null);
  const joining = { token, invitation, onDone, press };
  return (
    <AuthPage title={`Join ${invitation.teamName}`} lead={`As ${invitation.role}, with ${invitation.email}.`}>
      {present === null ? <JoinAsNobody {...joining} /> : <JoinAsMe me={present} {...joining} />}
    </AuthPage>
  );
}

interface Joining extends Props {
  invitation: Invitation;
  press: (isJoining: boolean) => void;
}

/** Whoever is signed in: as who they are, or as who was invited. */
function JoinAsMe({ me, token, invitation, onDone, press }: Joining & { me: NonNullable<Me> }) {
  const accept = useAcceptInvitation();
  const { signOut } = useSignIn();
  const isInvited = me.email === invitation.email;
  const { error, isBusy, form } = useSubmit(async (data) => {
    press(true);
    try {
      await accept({ token, name: textOf(data, 'name'), withThisAccount: !isInvited });
    } catch (refused) {
      press(false);
      throw refused;
    }
    onDone();
  });

  return (
    <form className="flex flex-col gap-4" {...form}>
      {!isInvited && (
        <div className="flex flex-col gap-3 rounded-lg bg-surface-2 p-3 text-sm">
          <p>
            You are signed in as <b>{me.email}</b>. This invitation is for <b>{invitation.email}</b>.
          </p>
          <Button size="medium" disabled={isBusy} onClick={() => void signOut()}>
            Sign out and join as {invitation.email}
          </Button>
        </div>
      )}
      <NameField name={me.name} />
      <FormError text={error} />
      <Button type="submit" tone="primary" size="large" disabled={isBusy}>
        {isInvited ? 'Join' : `Join as ${me.email}`}
      </Button>
    </form>
  );
}

/** Nobody is signed in: with a new sign-in, or the one they have. */
function JoinAsNobody({ token, invitation, onDone, press }: Joining) {
  const { signIn, signUp } = useSignIn();
  const accept = useAcceptInvitation();
  const [hasAccount, setHasAccount] = useState(false);
  const code = useCodeStep();
  const { error, isBusy, form } = useSubmit((data) =>
    code.ask(async () => {
      const name = textOf(data, 'name');
      const credentials = { email: invitation.email, password: String(data.get('password')) };
      press(true);
      try {
        if (hasAccount) await signIn({ ...credentials, code: code.in(data) });
        else await signUp({ ...credentials, name, invitationToken: token });
        await accept({ token, name });
      } catch (refused) {
        press(false);
        throw refused;
      }
      onDone();
    }),
  );

  return (
    <form className="flex flex-col gap-4" {...form}>
      <NameField name="" />
      <Field label="Password" hint={hasAccount ? undefined : 'At least 10 characters.'}>
        <TextInput
          name="password"
          type="password"
          required
          minLength={hasAccount ? undefined : 10}
          autoComplete={hasAccount ? 'current-password' : 'new-password'}
        />
      </Field>
      {code.isAsked && <CodeField error={error} />}
      {!code.isAsked && <FormError text={error} />}
      <Button type="submit" tone="primary" size="large" disabled={isBusy}>
        Join
      </Button>
      <Button tone="quiet" size="medium" onClick={() => setHasAccount(!hasAccount)}>
        {hasAccount ? 'I am new here' : 'I have a sign-in already'}
      </Button>
    </form>
  );
}

function NameField({ name }: { name: string }) {
  return (
    <Field label="Your name" hint="Your team and your customers see it.">
      <TextInput name="name" autoComplete="name" required maxLength={80} defaultValue={name} autoFocus />
    </Field>
  );
}
