/**
 * Codes beside the password: those of an app (TOTP, RFC 6238: six digits, thirty seconds, SHA-1, as every app reads them), and
 * recovery codes for whoever lost it. Pure.
 */
import { Secret, TOTP } from 'otpauth';

const stepMs = 30_000;
/** Clocks of phones are off by so many steps at most, to either side. */
const driftSteps = 1;
export const recoveryCodeCount = 10;
/** 32 characters, none of which is read as another: no i, l, o, u. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 160 random bits in base32. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

export function isSecret(text: string): boolean {
  return /^[A-Z2-7]{32}$/.test(text);
}

/** What the app's camera reads. */
export function keyAddress(secret: string, account: { email: string; desk: string }): string {
  return totp(secret, { issuer: account.desk, label: account.email }).toString();
}

/** The time step whose code this is, if it is one of now; steps count up. */
export function stepOf(secret: string, code: string, now: number): number | null {
  const digits = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return null;
  const off = totp(secret).validate({ token: digits, timestamp: now, window: driftSteps });
  return off === null ? null : Math.floor(now / stepMs) + off;
}

export function codeAt(secret: string, now: number): string {
  return totp(secret).generate({ timestamp: now });
}

/** 120 random bits: `k3fw-09mz-…`. So many need no slow hash (ASVS 6.5.2). */
export function newRecoveryCode(): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => alphabet[byte % 32]);
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-');
}

/** As it is kept and compared; null for what cannot be one. */
export function readRecoveryCode(typed: string): string | null {
  const letters = typed.toLowerCase().replace(/[\s-]/g, '');
  return /^[a-z\d]{24}$/.test(letters) ? letters : null;
}

function totp(secret: string, account: { issuer?: string; label?: string } = {}): TOTP {
  return new TOTP({ ...account, secret: Secret.fromBase32(secret), digits: 6, period: stepMs / 1000 });
}
