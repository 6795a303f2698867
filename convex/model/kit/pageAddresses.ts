/** Addresses of the desk's own pages, for what is read elsewhere: mails. */
export const pageAddress = (path: string): string => `${process.env.SITE_URL ?? ''}${path}`;
