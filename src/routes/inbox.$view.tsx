import { createFileRoute } from '@tanstack/react-router';

export const Route = createFileRoute('/inbox/$view')({ component: () => null });
