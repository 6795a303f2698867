import { useState } from 'react';
import { useSignIn } from '../../convex/session';
import { describeError } from '../../lib/errors';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { AuthPage } from '../../ui/authPage';

/** Email and password. One answer for an unknown email and a wrong password. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const { signIn } = useSignIn();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function submit(form: FormData) {
    setIsBusy(true);
    setError(null);
    try {
      await signIn({ email: String(form.get('email')), password: String(form.get('password')) });
      onSignedIn();
    } catch (failure) {
      setError(describeError(failure));
      setIsBusy(false);
    }
  }

  return (
    <AuthPage title="Sign in">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
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
