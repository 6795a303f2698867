import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import type { Desk } from '../convex/client';

export const Route = createRootRouteWithContext<{ desk: Desk }>()({ component: Outlet });
