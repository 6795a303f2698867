import { createFileRoute, useLocation, useNavigate } from '@tanstack/react-router';
import { Setup } from '../features/setup/setup';
import { tokenIn } from '../lib/links';

export const Route = createFileRoute('/setup')({
  component: function SetupPage() {
    const navigate = useNavigate();
    return (
      <Setup
        token={tokenIn(useLocation().hash)}
        onDone={() => void navigate({ to: '/inbox/$view', params: { view: 'unassigned' }, replace: true })}
      />
    );
  },
});
