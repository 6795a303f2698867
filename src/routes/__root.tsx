import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import type { Desk } from '../convex/client';
import { EmptyState } from '../ui/states';
import { Toaster } from '../ui/toast';
import { TooltipLayer } from '../ui/tooltip';

export const Route = createRootRouteWithContext<{ desk: Desk }>()({
  component: () => (
    <>
      <Outlet />
      <TooltipLayer />
      <Toaster />
    </>
  ),
  notFoundComponent: () => (
    <main className="h-full">
      <EmptyState title="There is no page at this address.">
        <a className="text-accent-text underline" href="/">
          Go to the inbox
        </a>
      </EmptyState>
    </main>
  ),
});
