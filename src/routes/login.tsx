import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { nextPage } from '../features/session/nextPage';
import { SignIn } from '../features/session/signIn';

export const Route = createFileRoute('/login')({
  // Named even when it is refused: what is left out here is taken from the address as it stands.
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: nextPage(search.next) }),
  component: function Login() {
    const navigate = useNavigate();
    const { next } = Route.useSearch();
    return <SignIn onSignedIn={() => void navigate({ href: next ?? '/', replace: true })} />;
  },
});
