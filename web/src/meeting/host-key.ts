/** Under what a browser remembers that it made a meeting. */
export const hostKeyOf = (code: string) => `host.${code}`;
