import { useSignIn } from '../../convex/session';
import { useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { AuthPage } from '../../ui/authPage';

/** Email and password. One answer for an unknown email and a wrong password. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const { signIn } = useSignIn();
  const { error, isBusy, onSubmit } = useSubmit(async (form) => {
    await signIn({ email: String(form.get('email')), password: String(form.get('password')) });
    onSignedIn();
  });

  return (
    <AuthPage title="Sign in">
      <form className="flex flex-col gap-4" onSubmit={onSubmit}>
        <Field label="Email">
          <TextInput name="email" type="email" autoComplete="username" required autoFocus />
        </Field>
        <Field label="Password" error={error}>
          <TextInput name="password" type="password" autoComplete="current-password" required />
        </Field>
        <Button type="submit" tone="primary" size="large" disabled={isBusy}>
          Sign in
        </Button>
      </form>
    </AuthPage>
  );
}
