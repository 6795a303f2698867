import '@fontsource-variable/inter/wght.css';
import './ui/tokens.css';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { DeskProvider } from './convex/provider';
import { connectDesk } from './convex/client';
import { routeTree } from './routeTree.gen';
import { Button } from './ui/button';
import { EmptyState } from './ui/states';

const router = createRouter({
  routeTree,
  context: { desk: undefined! },
  defaultPreload: 'intent',
  scrollRestoration: false,
  // Of a page that fails the frame stays, and with it the way to every other.
  defaultErrorComponent: ({ reset }) => (
    <main className="h-full min-w-0 flex-1">
      <EmptyState title="This page didn't load.">
        <Button onClick={reset}>Retry</Button>
      </EmptyState>
    </main>
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

const desk = await connectDesk();
createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <DeskProvider desk={desk}>
      <RouterProvider router={router} context={{ desk }} />
    </DeskProvider>
  </StrictMode>,
);
