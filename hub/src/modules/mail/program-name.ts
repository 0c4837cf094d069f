// What a program that acted is called in a mail. Pure.

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const PRODUCT = /(?:^|[\s;])([A-Za-z][A-Za-z_-]{1,30}\/\d[\d.]{0,20})(?=$|[\s;,])/;

/**
 * A browser's name, or a program's with its version; `undefined` where neither can be told. Whoever acts chooses what they
 * send as `User-Agent`: no other word of it gets into a mail, lest it be a letter of theirs to the account's owner.
 */
export function programName(client: string): string | undefined {
  return BROWSERS.find(([pattern]) => pattern.test(client))?.[1] ?? PRODUCT.exec(client)?.[1];
}
