import { createFileRoute, Navigate, Outlet, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { MembershipContext, useKnownBrowser, useMe, useSetupState } from '../convex/session';
import { AppShell } from '../features/shell/appShell';

/** Everything behind the sign-in. */
export const Route = createFileRoute('/_desk')({ component: Desk });

function Desk() {
  const me = useMe();
  const setup = useSetupState();
  useKnownBrowser(me?.userId);
  if (me === undefined || setup === undefined) return null;
  if (setup.needsSetup) return <Navigate to="/setup" replace />;
  if (me === null) return <ToSignIn />;
  const membership = me.memberships[0];
  if (!membership) return <NoTeam />;
  return (
    <MembershipContext value={membership}>
      <AppShell>
        <Outlet />
      </AppShell>
    </MembershipContext>
  );
}

/** By way of the sign-in back to the page that was asked for, read once: on the way, the address is the sign-in's. */
function ToSignIn() {
  const router = useRouter();
  const [next] = useState(router.state.location.href);
  return <Navigate to="/login" search={{ next }} replace />;
}

function NoTeam() {
  return (
    <main className="p-8 text-base">
      You are signed in, but you are not in a team. Ask an owner for an invitation.
    </main>
  );
}
