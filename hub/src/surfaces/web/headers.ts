// The headers of every page. Pages load nothing but what was built with them, run no other script, and are shown in no
// frame. A page that shows an app, or follows what is said, names the one address for it.

/** What one page may do besides. */
export interface Besides {
  /** The origin that it shows in a frame. */
  readonly frame?: string;
  /** What its script asks, a path of the hub. */
  readonly ask?: string;
  /** Where sounds that it plays lie, a path of the hub. */
  readonly sound?: string;
}

/** The headers for a page of this base URL. */
export function pageHeaders(baseUrl: string, { frame, ask, sound }: Besides = {}): Record<string, string> {
  // Not 'self': files of repositories are served from here, too, and none of them is a script or a style of ours.
  const own = `${baseUrl}/_app/`;
  const policy = {
    'default-src': `'none'`,
    'script-src': own,
    'style-src': own,
    'font-src': own,
    // Files of repositories, shown as pictures: there they run nothing, whatever they are.
    'img-src': `'self' data:`,
    // What a page asks for while somebody types, and while they follow the ledger.
    'connect-src': `${baseUrl}/search ${baseUrl}/security/ledger${ask === undefined ? '' : ` ${baseUrl}${ask}`}`,
    ...(frame !== undefined && { 'frame-src': frame }),
    ...(sound !== undefined && { 'media-src': `${baseUrl}${sound}` }),
    'form-action': `'self'`,
    'frame-ancestors': `'none'`,
    'base-uri': `'none'`,
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map(([name, value]) => `${name} ${value}`)
      .join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // Not `no-referrer`: then browsers send `Origin: null` with our own forms, too.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cache-control': 'no-store',
    vary: 'Cookie, Accept-Language',
  };
}
