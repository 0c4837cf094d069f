// Hubs, as data: this one and the one whose clients it serves.
import { BEARER, PASSWORD } from './place.ts';
import { provider, to, type Provider } from './provider.ts';

/** Routes that many serve in the manner of OpenAI. */
export const LIKE_OPENAI = (base: string): readonly string[] => [
  `uses POST ${base}/chat/completions`,
  `uses POST ${base}/completions`,
  `uses POST ${base}/embeddings`,
  `uses POST ${base}/responses`,
  `uses GET ${base}/models`,
  `uses GET ${base}/models/{}`,
];
/** Of a hub: what must not be given out, what work needs, and what it is used for most. */
const HUB_ROUTES: readonly string[] = [
  'mints * /oauth/{*}',
  'mints * /api/settings/{*}',
  'mints * /settings/{*}',
  'mints * /api/tokens/{*}',
  'mints * /api/spaces/{}/{}/jwt',
  'derives GET /api/{}/{}/{}/xet-read-token/{}',
  'derives GET /api/{}/{}/{}/xet-write-token/{}',
  // Buckets have no revision there, and old models one name.
  'derives GET /api/{}/{}/{}/xet-read-token',
  'derives GET /api/{}/{}/{}/xet-write-token',
  'derives GET /api/{}/{}/xet-read-token/{}',
  'derives GET /api/{}/{}/xet-write-token/{}',
  'derives POST /{}/info/lfs/objects/batch',
  'derives POST /{}/{}/info/lfs/objects/batch',
  'derives POST /{}/{}/{}/info/lfs/objects/batch',
  'derives * /{}/resolve/{*}',
  'derives * /{}/{}/resolve/{*}',
  'derives * /{}/{}/{}/resolve/{*}',
  'uses GET /api/whoami-v2',
  'uses * /api/models/{*}',
  'uses * /api/datasets/{*}',
  'uses * /api/spaces/{*}',
];

/** The table's part of hubs. */
export const HUB_PROVIDERS: readonly Provider[] = [
  provider({
    id: 'holdfast',
    title: 'this hub',
    names: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HUGGINGFACEHUB_API_TOKEN'],
    shapes: [/^hf_[0-9A-Za-z]{36}$/],
    prefixes: ['hf_'],
    brokering: to(['hub.holdfast.internal'], BEARER, PASSWORD),
    routes: HUB_ROUTES,
    ranges: true,
    cleanUp: {
      say: 'Revoke the token; what was made from it ends with it.',
      where: 'Access tokens in your settings',
    },
  }),
  provider({
    id: 'huggingface',
    title: 'Hugging Face',
    names: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HUGGINGFACEHUB_API_TOKEN', 'HUGGINGFACE_API_KEY'],
    shapes: [/^hf_[0-9A-Za-z]{30,60}$/, /^api_org_[0-9A-Za-z]{34}$/],
    prefixes: ['api_org_', 'hf_'],
    brokering: to(
      [
        'huggingface.co',
        'router.huggingface.co',
        'api-inference.huggingface.co',
        'datasets-server.huggingface.co',
      ],
      BEARER,
      PASSWORD,
    ),
    routes: [...HUB_ROUTES, ...LIKE_OPENAI('/v1')],
    ranges: true,
    cleanUp: {
      say: 'Invalidate the token, look at what it wrote, and make a fine-grained one.',
      where: 'Access tokens in the settings of Hugging Face',
    },
  }),
];
