import { useCreateTeam, useMe, useSetupState, useSignIn } from '../../convex/session';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Field, FormError, TextInput } from '../../ui/field';
import { AuthPage } from '../../ui/authPage';

/** First run: the owner's sign-in and the team, on one screen; the sample shop can be left out. */
export function Setup({ onDone }: { onDone: () => void }) {
  const state = useSetupState();
  const me = useMe();
  const { signUp } = useSignIn();
  const createTeam = useCreateTeam();
  const { error, isBusy, onSubmit } = useSubmit(async (form) => {
    const name = textOf(form, 'name');
    const token = textOf(form, 'token') || undefined;
    const credentials = { email: textOf(form, 'email'), password: String(form.get('password')) };
    // Signing up may have worked before the team was refused (a lost connection): do not ask for it twice.
    if (!me) await signUp({ name, ...credentials, setupToken: token });
    await createTeam({
      teamName: textOf(form, 'team'),
      yourName: name,
      token,
      withSampleShop: form.get('sample') === 'on',
    });
    onDone();
  });

  if (!state) return null;
  return (
    <AuthPage title="Set up your desk" lead="One minute: you, your team, and a sample shop to try it on.">
      <form className="flex flex-col gap-4" onSubmit={onSubmit}>
        <Field label="Your name">
          <TextInput name="name" autoComplete="name" required maxLength={80} autoFocus />
        </Field>
        {!me && (
          <>
            <Field label="Email">
              <TextInput name="email" type="email" autoComplete="username" required />
            </Field>
            <Field label="Password" hint="At least 10 characters.">
              <TextInput
                name="password"
                type="password"
                autoComplete="new-password"
                required
                minLength={10}
              />
            </Field>
          </>
        )}
        <Field label="Team" hint="Your customers see this name.">
          <TextInput name="team" autoComplete="organization" required maxLength={80} />
        </Field>
        {state.needsToken && (
          <Field label="Set-up token" hint="Printed where the server was started.">
            <TextInput name="token" autoComplete="off" required />
          </Field>
        )}
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
    </AuthPage>
  );
}
