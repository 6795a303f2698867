import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSignIn, wasEndedElsewhere } from '../../convex/session';
import { useSubmit } from '../../lib/useSubmit';
import { AuthPage } from '../../ui/authPage';
import { Button } from '../../ui/button';
import { Field, TextInput } from '../../ui/field';
import { CodeField, useCodeStep } from './codeStep';

/** Email and password, then the code of whoever has a second factor. One answer for an unknown email and a wrong password. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const { signIn } = useSignIn();
  const [wasEnded] = useState(wasEndedElsewhere);
  const code = useCodeStep();
  const { error, isBusy, form } = useSubmit((data) =>
    code.ask(async () => {
      const credentials = { email: String(data.get('email')), password: String(data.get('password')) };
      await signIn({ ...credentials, code: code.in(data) });
      onSignedIn();
    }),
  );

  return (
    <AuthPage
      title={code.isAsked ? 'One more step' : 'Sign in'}
      {...(wasEnded && { lead: 'You were signed out: from elsewhere, or because your session has ended.' })}
    >
      <form className="flex flex-col gap-4" {...form}>
        {/* Kept while the code is asked for: they are sent with it. */}
        <div className={code.isAsked ? 'hidden' : 'flex flex-col gap-4'}>
          <Field label="Email">
            <TextInput name="email" type="email" autoComplete="username" required autoFocus />
          </Field>
          <Field label="Password" error={code.isAsked ? null : error}>
            <TextInput name="password" type="password" autoComplete="current-password" required />
          </Field>
        </div>
        {code.isAsked && <CodeField error={error} />}
        <Button type="submit" tone="primary" size="large" disabled={isBusy}>
          Sign in
        </Button>
        {code.isAsked ? (
          <Button tone="quiet" size="medium" onClick={code.leave}>
            Back
          </Button>
        ) : (
          <Link to="/forgot" className="text-sm text-accent-text underline pointer-coarse:py-3">
            Forgot your password?
          </Link>
        )}
      </form>
    </AuthPage>
  );
}
