import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import { useCreateTeam, useMe, useSetupState, useSignIn } from '../../convex/session';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Field, FormError, TextInput } from '../../ui/field';
import { AuthPage } from '../../ui/authPage';

interface Props {
  /** Of the link that the start printed: a first team needs it, a further one has none. */
  token: string | undefined;
  onDone: () => void;
}

/** The owner's sign-in and the team, on one screen; the sample shop can be left out. */
export function Setup({ token, onDone }: Props) {
  const state = useSetupState();
  if (!state) return null;
  return <FirstRun needsSetup={state.needsSetup} token={token} onDone={onDone} />;
}

function FirstRun({ needsSetup, token, onDone }: Props & { needsSetup: boolean }) {
  // As it was when the link was opened: the form that sets it up stays until it has.
  const [isFirst] = useState(needsSetup);
  if (isFirst && token === undefined) return <WhereTheLinkIs />;
  if (!isFirst && token !== undefined) return <SetUpAlready />;
  return (
    <AuthPage title="Set up your desk" lead="One minute: you, your team, and a sample shop to try it on.">
      <SetupForm token={token} onDone={onDone} />
    </AuthPage>
  );
}

function SetUpAlready() {
  return (
    <AuthPage
      title="This desk is set up"
      lead="Its set-up link has been used. Who joins a team gets an invitation."
    >
      <Link to="/login" className="font-medium text-accent-text underline-offset-2 hover:underline">
        Sign in
      </Link>
    </AuthPage>
  );
}

function WhereTheLinkIs() {
  return (
    <AuthPage
      title="This desk is not set up yet"
      lead="Its first owner is whoever opens the set-up link. It stands where the desk was started, beside “Baton is ready”:"
    >
      <code className="block rounded-lg bg-surface-2 p-3 text-sm break-all">
        Set up: {location.origin}/setup#token=…
      </code>
    </AuthPage>
  );
}

function SetupForm({ token, onDone }: Props) {
  const me = useMe();
  const { signUp } = useSignIn();
  const createTeam = useCreateTeam();
  const { error, isBusy, form } = useSubmit(async (data) => {
    const name = textOf(data, 'name');
    const teamName = textOf(data, 'team');
    const credentials = { email: textOf(data, 'email'), password: String(data.get('password')) };
    // Signing up may have worked before the team was refused (a lost connection): do not ask for it twice.
    if (!me) await signUp({ name, ...credentials, teamName, setupToken: token });
    await createTeam({ teamName, yourName: name, token, withSampleShop: data.get('sample') === 'on' });
    onDone();
  });

  return (
    <form className="flex flex-col gap-4" {...form}>
      <Field label="Your name">
        <TextInput name="name" autoComplete="name" required maxLength={80} autoFocus />
      </Field>
      {!me && (
        <>
          <Field label="Email">
            <TextInput name="email" type="email" autoComplete="username" required />
          </Field>
          <Field label="Password" hint="At least 10 characters.">
            <TextInput name="password" type="password" autoComplete="new-password" required minLength={10} />
          </Field>
        </>
      )}
      <Field label="Team" hint="Your customers see this name.">
        <TextInput name="team" autoComplete="organization" required maxLength={80} />
      </Field>
      <label className="flex items-start gap-2.5 text-sm text-ink-2">
        <input type="checkbox" name="sample" defaultChecked className="mt-0.5 size-4 accent-accent" />
        <span>
          Fill in the sample shop: articles and handover rules of a small outdoor shop, to try the agent on.
        </span>
      </label>
      <FormError text={error} />
      <Button type="submit" tone="primary" size="large" disabled={isBusy}>
        Set up
      </Button>
    </form>
  );
}
