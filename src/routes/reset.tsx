import { createFileRoute, useLocation, useNavigate } from '@tanstack/react-router';
import { ResetPassword } from '../features/session/resetPassword';
import { tokenIn } from '../lib/links';

export const Route = createFileRoute('/reset')({
  component: function ResetPage() {
    const navigate = useNavigate();
    const token = tokenIn(useLocation().hash) ?? '';
    return <ResetPassword token={token} onDone={() => void navigate({ to: '/', replace: true })} />;
  },
});
