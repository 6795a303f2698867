/**
 * Whose tokens this deployment believes (engine/SPEC.md §8.2): operators', which Convex Auth signs and whose keys
 * it serves at the site's address, and customers', which the widget's HTTP routes sign with a key of their own. The
 * public half comes from the environment, so checking a customer's token needs no network.
 */
function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(
      `${name} is not set. The start script makes it; on your own deployment run the deploy script.`,
    );
  }
  return value;
}

export default {
  providers: [
    { domain: environment('CONVEX_SITE_URL'), applicationID: 'convex' },
    {
      type: 'customJwt' as const,
      issuer: `${environment('CONVEX_SITE_URL')}/customers`,
      algorithm: 'ES256' as const,
      applicationID: 'baton-customer',
      jwks: `data:application/json;base64,${btoa(environment('CUSTOMER_JWKS'))}`,
    },
  ],
};
