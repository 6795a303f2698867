import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import type { Desk } from '../convex/client';
import { EmptyState } from '../ui/states';
import { Toaster } from '../ui/toast';
import { TooltipProvider } from '../ui/tooltip';

export const Route = createRootRouteWithContext<{ desk: Desk }>()({
  component: () => (
    <TooltipProvider delay={500}>
      <Outlet />
      <Toaster />
    </TooltipProvider>
  ),
  notFoundComponent: () => (
    <main className="h-dvh">
      <EmptyState title="There is no page at this address.">
        <a className="text-accent-text underline" href="/">
          Go to the inbox
        </a>
      </EmptyState>
    </main>
  ),
});
