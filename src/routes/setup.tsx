import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { Setup } from '../features/setup/setup';

export const Route = createFileRoute('/setup')({
  component: function SetupPage() {
    const navigate = useNavigate();
    return (
      <Setup
        onDone={() => void navigate({ to: '/inbox/$view', params: { view: 'unassigned' }, replace: true })}
      />
    );
  },
});
