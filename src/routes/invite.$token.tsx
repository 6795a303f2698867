import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { AcceptInvitation } from '../features/session/acceptInvitation';

export const Route = createFileRoute('/invite/$token')({
  component: function InvitePage() {
    const navigate = useNavigate();
    const { token } = Route.useParams();
    return <AcceptInvitation token={token} onDone={() => void navigate({ to: '/', replace: true })} />;
  },
});
