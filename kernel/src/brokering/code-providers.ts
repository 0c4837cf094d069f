// Those who keep code and packages, as data.
import { BEARER, header, PASSWORD } from './place.ts';
import { provider, to, type Provider } from './provider.ts';

/** The table's part of code. */
export const CODE_PROVIDERS: readonly Provider[] = [
  provider({
    id: 'github',
    title: 'GitHub',
    names: ['GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_PAT', 'GITHUB_API_TOKEN'],
    shapes: [/^gh[pousr]_[A-Za-z0-9]{36,251}$/, /^github_pat_[A-Za-z0-9_]{60,100}$/],
    prefixes: ['github_pat_', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    brokering: to(
      ['api.github.com', 'github.com', 'uploads.github.com', 'models.github.ai'],
      BEARER,
      header('authorization', 'token {}'),
      PASSWORD,
    ),
    routes: [
      'mints * /app/installations/{}/access_tokens',
      'mints * /applications/{*}',
      'mints * /app-manifests/{*}',
      'mints * /login/{*}',
      'mints POST /user/keys',
      'mints POST /user/gpg_keys',
      'mints POST /user/ssh_signing_keys',
      'mints POST /repos/{}/{}/keys',
      'mints * /repos/{}/{}/actions/runners/{*}',
      'mints * /orgs/{}/actions/runners/{*}',
      'mints * /enterprises/{*}',
      'mints * /copilot_internal/{*}',
      // What is read there names addresses that are signed: for a while they open the file to whoever has them.
      ...['contents/{*}', 'tarball/{*}', 'zipball/{*}', 'releases/assets/{}', 'actions/artifacts/{}/{}'].map(
        (what) => `derives GET /repos/{}/{}/${what}`,
      ),
      ...['actions/runs/{*}', 'actions/jobs/{*}'].map((what) => `derives GET /repos/{}/{}/${what}`),
      'derives POST /{}/{}/info/lfs/objects/batch',
      'uses * /repos/{}/{}',
      'uses * /repos/{}/{}/{*}',
      'uses POST /graphql',
      'uses GET /user',
      'uses * /{}/{}/info/refs',
      'uses POST /{}/{}/git-upload-pack',
      'uses POST /{}/{}/git-receive-pack',
    ],
    ranges: true,
    cleanUp: {
      say: 'Delete the token, and look at keys, hooks and workflows that were added since the leak.',
      where: 'Developer settings, personal access tokens',
    },
  }),
  provider({
    id: 'gitlab',
    title: 'GitLab',
    names: ['GITLAB_TOKEN', 'GITLAB_PRIVATE_TOKEN', 'GL_TOKEN'],
    shapes: [/^gl(?:pat|dt|rt|ptt|soat)-[A-Za-z0-9_.-]{20,120}$/],
    prefixes: ['glsoat-', 'glptt-', 'glpat-', 'gldt-', 'glrt-'],
    brokering: to(['gitlab.com'], header('private-token'), BEARER, PASSWORD),
    routes: [
      'mints * /oauth/{*}',
      'mints * /api/v4/personal_access_tokens/{*}',
      'mints * /api/v4/user/{*}',
      'mints * /api/v4/users/{*}',
      'mints * /api/v4/runners/{*}',
      'mints * /api/v4/runners',
      ...['projects', 'groups'].flatMap((kind) =>
        ['access_tokens', 'deploy_tokens', 'deploy_keys', 'triggers', 'runners'].flatMap((what) => [
          `mints * /api/v4/${kind}/{}/${what}`,
          `mints * /api/v4/${kind}/{}/${what}/{*}`,
        ]),
      ),
      'uses * /api/v4/projects/{}',
      'uses * /api/v4/projects/{}/{*}',
      'uses * /{}/{}/info/refs',
      'uses POST /{}/{}/git-upload-pack',
      'uses POST /{}/{}/git-receive-pack',
    ],
    ranges: true,
    cleanUp: {
      say: 'Revoke the token, and look at tokens and keys that were added since the leak.',
      where: 'Access tokens in your preferences',
    },
  }),
  provider({
    id: 'npm',
    title: 'npm',
    names: ['NPM_TOKEN', 'NODE_AUTH_TOKEN'],
    shapes: [/^npm_[A-Za-z0-9]{36}$/],
    prefixes: ['npm_'],
    brokering: to(['registry.npmjs.org'], BEARER),
    routes: [
      'mints * /-/npm/v1/tokens/{*}',
      'mints * /-/npm/v1/tokens',
      'mints * /-/user/{*}',
      'mints * /-/v1/login',
    ],
    ranges: true,
    cleanUp: {
      say: 'Delete the token, and look at versions published since the leak.',
      where: 'Access tokens of the account',
    },
  }),
  provider({
    id: 'pypi',
    title: 'PyPI',
    names: ['PYPI_TOKEN', 'PYPI_API_TOKEN', 'TWINE_PASSWORD'],
    shapes: [/^pypi-[A-Za-z0-9_-]{50,500}$/],
    prefixes: ['pypi-AgEIcHlwaS5vcmc', 'pypi-'],
    brokering: to(['upload.pypi.org'], PASSWORD),
    routes: ['mints * /_/oidc/{*}', 'uses POST /legacy'],
    cleanUp: {
      say: 'Delete the token, and look at files uploaded since the leak.',
      where: 'API tokens of the account',
    },
  }),
];
