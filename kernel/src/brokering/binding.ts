// Whether a secret may be bound to hosts and places. Pure. A host that others can get would be given the value.
import { parseNetwork } from '../network.ts';
import type { Place } from './place.ts';
import { OWN_DOMAINS, SHARED_DOMAINS, SOLD_DOMAINS } from './shared-domains.ts';
import { findPlatform, isOfRegistry } from './suffix.ts';

/** The name under which an app reaches the hub. */
export const HUB_NAME = 'hub.holdfast.internal';

/** What stands in the way. */
export interface BindingProblem {
  /** The host, or the place. */
  readonly what: string;
  readonly why: string;
}

const OURS = `it is a name of this hub, which an app reaches as ${HUB_NAME} alone`;
const MOST_HOSTS = 20;
const MOST_PLACES = 8;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.){1,20}${LABEL}$`);
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;
const NEAR = /(?:^|\.)(?:localhost|local|internal|home\.arpa|onion|invalid|test|example|lan|intranet)$/;
/** Of AWS: a service and region, and a bucket before them; nothing else there is signed for. */
const AWS_HOST = /^(?:[a-z0-9.-]{1,100}\.)?(?:[a-z0-9-]{1,40}\.){0,3}amazonaws\.com(?:\.cn)?$/;
/**
 * Of AWS: services at which a signed request returns another credential (threat 20): roles and sign-in, those that keep secrets,
 * registries (ECR, CodeArtifact), databases (Redshift), data whose readers are given keys of their own (S3 access grants, S3 Express,
 * Lake Formation, DataZone, FinSpace), machines (EC2, ECS, EKS, Lightsail, GameLift, IoT, EMR, Deadline), and what people are let
 * into by an address that is signed, a token or a key (AppStream, IVS Chat, Airflow, SageMaker's control, API Gateway's control).
 * The host is refused and no action of it: an action is named in a header or in the body, at some in more than one protocol, and
 * what is looked for in one would pass in another.
 */
const MINTING_SERVICES = [
  ...[
    'sts',
    'iam',
    'sso',
    'sso-oauth',
    'oidc',
    'signin',
    'rolesanywhere',
    'cognito-identity',
    'cognito-idp',
    'federation',
  ],
  ...['secretsmanager', 'ssm', 'ssmmessages', 'appsync', 'grafana', 'connect'],
  ...[
    'ecr',
    'ecr-public',
    'codeartifact',
    'redshift',
    'redshift-serverless',
    'lakeformation',
    'datazone',
    'finspace-api',
  ],
  ...[
    's3-control',
    'eks-auth',
    'lightsail',
    'gamelift',
    'iot',
    'elasticmapreduce',
    'emr-containers',
    'deadline',
  ],
  ...['ec2', 'ecs', 'appstream2', 'ivschat', 'airflow', 'apigateway', 'bedrock-agentcore'],
  // Not `runtime.sagemaker` and its like, where models answer.
  'api(?:-fips)?\\.sagemaker',
];
// A bucket may have the name of a service.
const MINTING_HOST = new RegExp(
  `^(?:.*\\.)?(?:(?:${MINTING_SERVICES.join('|')})(?:-fips)?|s3express-[a-z0-9-]+)\\.(?!s3[.-])`,
);
/**
 * Of Google: where anybody has buckets, as a name below or as a path, by each of the names under which they are served. Who owns a bucket
 * reads in its logs what it was asked for, with the query, where Google's keys may stand.
 */
const BUCKETS_OF_GOOGLE =
  /^(?:.*\.)?(?:(?:content-|commondata|firebase)?storage(?:-download|-upload)?(?:\.mtls)?(?:\.[a-z0-9-]{1,40}\.rep)?\.googleapis|storage\.cloud\.google)\.com$/;
const HEADER_NAME = /^[a-z0-9][a-z0-9_-]{0,59}$/;
/** Fields that say who is asked, how long a message is, or what concerns one connection. */
const NOT_FOR_VALUES =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|keep-alive|proxy-.*|expect|range|cookie|forwarded|x-forwarded-.*|accept|accept-.*|user-agent|origin|referer)$/;
const TEMPLATE = /^[\u0021-\u007a\u007c\u007e ]*\{\}[\u0021-\u007a\u007c\u007e ]*$/;

/**
 * Judges hosts and places; `undefined` when a value may be brokered so.
 *
 * @param ours Names of this hub and of the origins of its Spaces: what is sent there comes back in by the front door.
 */
export function judgeBinding(
  hosts: readonly string[],
  places: readonly Place[],
  ours: readonly string[] = [],
): BindingProblem | undefined {
  if (hosts.length === 0) return { what: 'hosts', why: 'no host is named to which the value may go' };
  if (hosts.length > MOST_HOSTS) return { what: 'hosts', why: `more than ${MOST_HOSTS} are named` };
  if (places.length === 0) return { what: 'places', why: 'no place is named at which the value belongs' };
  if (places.length > MOST_PLACES) return { what: 'places', why: `more than ${MOST_PLACES} are named` };
  const signed = places.every((place) => place.in === 'aws-signature');
  for (const host of hosts) {
    const why = isBelow(host, ours) ? OURS : judgeHost(host, signed);
    if (why !== undefined) return { what: host, why };
  }
  for (const place of places) {
    const why = judgePlace(place);
    if (why !== undefined) return { what: `place in ${place.in}`, why };
  }
  return undefined;
}

function judgeHost(host: string, signed: boolean): string | undefined {
  if (host === HUB_NAME) return undefined;
  if (host.includes('*')) return 'hosts are named exactly; there is no rule for all names under a domain';
  if (host.includes(':') || parseNetwork(host) !== undefined)
    return 'it must be a name, without a port and no address';
  if (!NAME.test(host)) return 'it is no name of a host in lower case';
  if (NUMBER.test(host.slice(host.lastIndexOf('.') + 1))) return 'some take it for an address';
  if (NEAR.test(host)) return 'it is a name of something near, and not of the outside';
  const platform = findPlatform(host);
  if (isOfRegistry(host) || (host === platform && isBelow(host, SOLD_DOMAINS)))
    return 'others can register names under it';
  // A signature is for one host alone, and holds nothing of the key: a bucket's name may be signed for.
  if (signed && MINTING_HOST.test(host)) return 'it gives out credentials, and they would be the app’s';
  if (signed && AWS_HOST.test(host)) return undefined;
  if (BUCKETS_OF_GOOGLE.test(host)) return 'anybody can have a bucket there, and reads what it is asked with';
  const shared = SHARED_DOMAINS.find((domain) => isBelow(host, [domain])) ?? anybodys(platform);
  return shared && `anybody can get a name under ${shared}, also this one when it is given up`;
}

/** The domain of a platform, if its names are for anybody. */
function anybodys(platform: string | undefined): string | undefined {
  const isKept =
    platform !== undefined && (isBelow(platform, SOLD_DOMAINS) || OWN_DOMAINS.includes(platform));
  return isKept ? undefined : platform;
}

function isBelow(host: string, domains: readonly string[]): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

function judgePlace(place: Place): string | undefined {
  if (place.in === 'query')
    return /^[A-Za-z0-9_.-]{1,60}$/.test(place.name) ? undefined : 'the parameter has no usual name';
  if (place.in === 'aws-signature')
    return /^[A-Z0-9]{0,128}$/.test(place.accessKeyId) ? undefined : 'the access key is none';
  if (place.in === 'basic') return undefined;
  if (!HEADER_NAME.test(place.name)) return 'the header has no name in lower case';
  if (NOT_FOR_VALUES.test(place.name)) return `${place.name} means something else to servers on the way`;
  return place.template.length <= 60 && TEMPLATE.test(place.template)
    ? undefined
    : 'the template must hold {} once, and else only what headers hold';
}
