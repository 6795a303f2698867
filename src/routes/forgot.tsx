import { createFileRoute } from '@tanstack/react-router';
import { ForgotPassword } from '../features/session/forgotPassword';

export const Route = createFileRoute('/forgot')({ component: ForgotPassword });
