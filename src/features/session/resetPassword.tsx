import { Link } from '@tanstack/react-router';
import { useResetLink } from '../../convex/accounts';
import { useSignIn } from '../../convex/session';
import { useLatest } from '../../lib/useLatest';
import { useSubmit } from '../../lib/useSubmit';
import { AuthPage } from '../../ui/authPage';
import { Button } from '../../ui/button';
import { Field, FormError, TextInput } from '../../ui/field';
import { CodeField, useCodeStep } from './codeStep';

/** A new password by a one-time link; then whoever opened it is signed in. */
export function ResetPassword({ token, onDone }: { token: string; onDone: () => void }) {
  const { reset } = useSignIn();
  const code = useCodeStep();
  const current = useResetLink(token);
  const { error, isBusy, form } = useSubmit((data) =>
    code.ask(async () => {
      await reset({ token, password: String(data.get('password')), code: code.in(data) });
      onDone();
    }),
  );
  // While it is used, it is gone: the form stays until they are in.
  const opened = useLatest(current ?? undefined);
  const link = isBusy ? opened : current;

  if (link === undefined) return null;
  if (link === null) {
    return (
      <AuthPage title="This link no longer works" lead="It was used, replaced or has expired.">
        <Link to="/forgot" className="text-sm text-accent-text underline pointer-coarse:py-3">
          Ask for a new one
        </Link>
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title="Choose a new password"
      lead={`For ${link.name}, ${link.email}. Everywhere else you will be signed out.`}
    >
      <form className="flex flex-col gap-4" {...form}>
        <input type="hidden" autoComplete="username" value={link.email} readOnly />
        <Field label="New password" hint="At least 10 characters.">
          <TextInput
            name="password"
            type="password"
            autoComplete="new-password"
            required
            minLength={10}
            autoFocus
          />
        </Field>
        {code.isAsked && <CodeField error={error} />}
        {!code.isAsked && <FormError text={error} />}
        <Button type="submit" tone="primary" size="large" disabled={isBusy}>
          Save and sign in
        </Button>
      </form>
    </AuthPage>
  );
}
