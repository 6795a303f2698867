import type { Channel } from '../../convex/channels';
import {
  type IdentitySecret,
  useIdentitySecrets,
  useMakeIdentitySecret,
  useWithdrawIdentitySecret,
} from '../../convex/identitySecrets';
import { useMembership } from '../../convex/session';
import { formatFull } from '../../lib/time';
import { Button } from '../../ui/button';
import { copy } from '../../ui/copy';
import { useSaving } from './settingRow';
import { ShownOnce, useShownOnce } from './shownOnce';

/** As docs/widget.md has it; its test runs both. */
const signing = (publicId: string) => `import { SignJWT } from 'jose';

const secret = new TextEncoder().encode(process.env.BATON_IDENTITY_SECRET);
const token = await new SignJWT({ name: user.name, email: user.email, attributes: { plan: user.plan } })
  .setProtectedHeader({ alg: 'HS256' })
  .setSubject(user.id)
  .setAudience('${publicId}')
  .setExpirationTime('1h')
  .sign(secret);`;

const onPage = "baton('identify', { token })";

/** [M9] Who is signed in on the team's own site is known in its chat: a secret to sign with, how, and the change of it. */
export function ChatIdentity({ channel }: { channel: Channel }) {
  const { teamId } = useMembership();
  const secrets = useIdentitySecrets(channel._id);
  const make = useMakeIdentitySecret();
  const saving = useSaving();
  const [shown, show] = useShownOnce();
  const count = secrets?.length ?? 0;

  const makeOne = () =>
    saving.save(async () => {
      const { secret } = await make({ teamId, channelId: channel._id });
      show(secret, { elsewhere: `A secret for “${channel.name}” is ready.`, copy: 'Copy the secret' });
    });

  return (
    <section aria-label={`Identity of ${channel.name}`} className="mt-5 border-t border-line pt-4">
      <h3 className="text-sm font-semibold">Identity</h3>
      <p className="mt-1 text-sm text-ink-2">
        Customers who are signed in on your site are known here, and find their earlier talks on every device.
        Your server signs who they are; without that, what a page says of them is shown as claimed.
      </p>
      {shown && <ShownOnce words="Copy the secret to your server." secret={shown} />}
      {count > 0 && (
        <ul className="mt-2">
          {secrets?.map((secret) => (
            <SecretRow key={secret._id} of={secret} saving={saving} />
          ))}
        </ul>
      )}
      {secrets !== undefined && count < 2 && (
        <Button className="mt-3" disabled={saving.isBusy} onClick={() => void makeOne()}>
          {count === 0 ? 'Make a secret' : 'Make a second secret'}
        </Button>
      )}
      {count > 0 && (
        <p className="mt-2 text-xs text-ink-3">
          To change it: make a second one, sign with that, and withdraw the first once it is not used any
          more.
        </p>
      )}
      {count > 0 && <HowTo publicId={channel.publicId} />}
    </section>
  );
}

type Saving = ReturnType<typeof useSaving>;

function SecretRow({ of, saving }: { of: IdentitySecret; saving: Saving }) {
  const { teamId } = useMembership();
  const withdraw = useWithdrawIdentitySecret();
  return (
    <li className="flex flex-wrap items-center gap-x-3 border-b border-line py-2 text-sm">
      <code className="min-w-0 flex-1 truncate">…{of.ending}</code>
      <span className="text-xs text-ink-3">
        Made {formatFull(of.madeAt)} ·{' '}
        {of.usedAt === null ? 'never used' : `last used ${formatFull(of.usedAt)}`}
      </span>
      <Button
        tone="danger"
        aria-label={`Withdraw the secret that ends in ${of.ending}`}
        disabled={saving.isBusy}
        onClick={() => void saving.save(() => withdraw({ teamId, secretId: of._id }), 'Withdrawn.')}
      >
        Withdraw
      </Button>
    </li>
  );
}

function HowTo({ publicId }: { publicId: string }) {
  const code = signing(publicId);
  return (
    <details className="mt-3 text-sm">
      <summary className="cursor-pointer text-accent-text">How to sign, in Node</summary>
      <p className="mt-2 text-ink-2">On your server, for whoever is signed in there:</p>
      <pre className="mt-1 overflow-x-auto rounded-md bg-surface-2 p-2.5 text-xs select-all">{code}</pre>
      <Button className="mt-2" onClick={() => void copy(code)}>
        Copy
      </Button>
      <p className="mt-3 text-ink-2">
        On the page, with that token; when they sign out, <code>baton('reset')</code>:
      </p>
      <pre className="mt-1 overflow-x-auto rounded-md bg-surface-2 p-2.5 text-xs select-all">{onPage}</pre>
    </details>
  );
}
