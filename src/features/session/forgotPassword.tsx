import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useForgotPassword } from '../../convex/accounts';
import { textOf, useSubmit } from '../../lib/useSubmit';
import { AuthPage } from '../../ui/authPage';
import { Button } from '../../ui/button';
import { Field, FormError, TextInput } from '../../ui/field';

/** [R1] Asks for a link to a new password. It says the same for every address: whether there is such an account is nobody's to know. */
export function ForgotPassword() {
  const forgot = useForgotPassword();
  const [asked, setAsked] = useState<string | null>(null);
  const { error, isBusy, form } = useSubmit(async (data) => {
    const email = textOf(data, 'email');
    await forgot({ email });
    setAsked(email);
  });
  if (asked !== null) {
    return (
      <AuthPage
        title="Look into your mailbox"
        lead={`If somebody signs in here with ${asked}, a link to a new password is on its way there. It works once, for a day.`}
      >
        <Otherwise />
      </AuthPage>
    );
  }
  return (
    <AuthPage title="A new password" lead="You get a link by mail, with which you choose one.">
      <form className="flex flex-col gap-4" {...form}>
        <Field label="Email">
          <TextInput name="email" type="email" autoComplete="username" required autoFocus />
        </Field>
        <FormError text={error} />
        <Button type="submit" tone="primary" size="large" disabled={isBusy}>
          Send the link
        </Button>
      </form>
      <div className="mt-6">
        <Otherwise />
      </div>
    </AuthPage>
  );
}

function Otherwise() {
  return (
    <div className="flex flex-col items-start gap-4 text-sm">
      <Link to="/login" className="text-accent-text underline pointer-coarse:py-3">
        Back to signing in
      </Link>
      <p className="text-ink-2">
        No mail came? An owner of your team makes you a link in Settings → People, or finds yours in Settings
        → Outbox where no mail leaves the desk yet. The only owner finds one on the server:{' '}
        <code>npm run recover</code>
      </p>
    </div>
  );
}
