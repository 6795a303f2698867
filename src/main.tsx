import '@fontsource-variable/inter/wght.css';
import './ui/tokens.css';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { DeskProvider } from './convex/provider';
import { connectDesk } from './convex/client';
import { leaveComposedKeys } from './lib/keys';
import { routeTree } from './routeTree.gen';
import { Failed } from './ui/states';

const router = createRouter({
  routeTree,
  context: { desk: undefined! },
  defaultPreload: 'intent',
  // Of a page that fails the frame stays, and with it the way to every other.
  defaultErrorComponent: Failed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

leaveComposedKeys();
const desk = await connectDesk();
createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <DeskProvider desk={desk}>
      <RouterProvider router={router} context={{ desk }} />
    </DeskProvider>
  </StrictMode>,
);
