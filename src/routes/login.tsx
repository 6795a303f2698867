import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { SignIn } from '../features/session/signIn';

export const Route = createFileRoute('/login')({
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    // Only paths of this app: a full address here would send people elsewhere after signing in.
    typeof search.next === 'string' && /^\/(?!\/)/.test(search.next) ? { next: search.next } : {},
  component: function Login() {
    const navigate = useNavigate();
    const { next } = Route.useSearch();
    return <SignIn onSignedIn={() => void navigate({ href: next ?? '/', replace: true })} />;
  },
});
