// Domains under which anybody can get a name, and what the public suffix list does not say of such. Pure, and data.

/** Of the list's private part: registries by their own account, where names are bought and kept as under `co.uk`. */
export const SOLD_DOMAINS: readonly string[] = [
  ...['eu.org', 'ae.org', 'us.org', 'gb.net', 'hu.net', 'in.net', 'jp.net', 'se.net', 'uk.net', 'za.bz'],
  ...[
    'br.com',
    'cn.com',
    'co.com',
    'de.com',
    'eu.com',
    'jpn.com',
    'mex.com',
    'ru.com',
    'sa.com',
    'uk.com',
    'us.com',
    'za.com',
  ],
  ...['com.de', 'com.se', 'co.nl', 'co.no'],
];

/** Of the private part, too: whose owner alone has names there. What others can get among them is named below. */
export const OWN_DOMAINS: readonly string[] = ['googleapis.com', 'api.gov.uk'];

/** Domains of platforms that did not have themselves put on the list: who gives a name up leaves it to the next one. */
export const SHARED_DOMAINS: readonly string[] = [
  ...['github.dev', 'gist.github.com', 'netlify.com', 'gradio.live', 'gradio.app', 'huggingface.tech'],
  ...['firebaseio.com', 'googleusercontent.com', 'script.google.com', 'sites.google.com'],
  ...['amazonaws.com', 'amazonaws.com.cn', 'on.aws', 'cloudapp.azure.com', 'azurecontainerapps.io'],
  ...['railway.app', 'glitch.me', 'koyeb.app', 'modal.run', 'wordpress.com', 'weebly.com'],
  ...['loca.lt', 'localtunnel.me', 'serveo.net'],
  ...['sslip.io', 'nip.io', 'xip.io', 'afraid.org', 'mooo.com'],
  ...['webhook.site', 'requestbin.com', 'pipedream.net', 'beeceptor.com'],
  ...['oast.fun', 'oast.pro', 'interact.sh', 'burpcollaborator.net'],
  ...['b-cdn.net', 'fastly.net'],
];
