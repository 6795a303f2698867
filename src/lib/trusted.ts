/**
 * The page's one policy of Trusted Types (docs/security.md): in browsers that have them, addresses of scripts and markup come
 * from here alone. Who uses it says why what it passes is safe.
 */
const { trustedTypes } = window as { trustedTypes?: TrustedTypes };

/** What of the browser's interface is used here; not every browser has it. */
interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

interface Policy {
  createScriptURL: (url: string) => string;
  createHTML: (html: string) => string;
}

export const trusted: Policy = trustedTypes?.createPolicy('baton', {
  createScriptURL: (url) => url,
  createHTML: (html) => html,
}) ?? { createScriptURL: (url) => url, createHTML: (html) => html };
