import { createFileRoute, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { MembershipContext, useMe, useSetupState } from '../convex/session';
import { AppShell } from '../features/shell/appShell';

/** Everything behind the sign-in. */
export const Route = createFileRoute('/_desk')({ component: Desk });

function Desk() {
  const me = useMe();
  const setup = useSetupState();
  const navigate = useNavigate();
  const href = useRouterState({ select: (state) => state.location.href });
  const membership = me?.memberships[0] ?? null;

  useEffect(() => {
    if (me === undefined || setup === undefined) return;
    if (setup.needsSetup) void navigate({ to: '/setup', replace: true });
    else if (me === null) void navigate({ to: '/login', search: { next: href }, replace: true });
  }, [me, setup, navigate, href]);

  if (!me || !setup || setup.needsSetup) return null;
  if (!membership) return <NoTeam />;
  return (
    <MembershipContext value={membership}>
      <AppShell>
        <Outlet />
      </AppShell>
    </MembershipContext>
  );
}

function NoTeam() {
  return (
    <main className="p-8 text-base">
      You are signed in, but you are not in a team. Ask an owner for an invitation.
    </main>
  );
}
