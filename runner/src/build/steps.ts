// The steps of a build, as a script with one exit code for each way in which it can fail. The script is constant: what authors
// wrote lies in files that it names. Pure.

/** Where the build's own files are, and the environment that it makes. */
export const WORK = '/build';
/** The same in a build and in a run, so that the paths in its programs hold. */
export const ENVIRONMENT_FOLDER = '/opt/env';
/** What was resolved, in the build's folder. */
export const LOCK_FILE = 'lock.txt';

/** Where an index is, as a build reaches it. */
export function indexAddress(number: number): string {
  return `http://127.0.0.1:3128/index/${String(number)}/simple/`;
}

/** The script. Its one argument is the path of the Python. */
export const SCRIPT = `set -u -o pipefail
cd ${WORK}
steps() {
step() { echo "===== $1"; }
uv=${WORK}/uv/bin/uv
env=${ENVIRONMENT_FOLDER}
resolve() {
  "$uv" pip compile --quiet --python "$env/bin/python" --generate-hashes --no-header --no-annotate --output-file "$@"
}
install() {
  "$uv" pip install --python "$env/bin/python" --require-hashes --compile-bytecode -r "$1"
}

step "Getting uv"
PYTHONPATH=$(echo /usr/share/python-wheels/pip-*.whl) /usr/bin/python3 -m pip install --quiet --no-deps --no-cache-dir --only-binary :all: \\
  --disable-pip-version-check --no-warn-script-location --root-user-action ignore --require-hashes --target ${WORK}/uv -r uv.txt || exit 20

step "Making an environment for $("$1" --version)"
"$uv" venv --quiet --seed --python "$1" --allow-existing "$env" || exit 21

if [ -e pre-requirements.txt ]; then
  step "Installing pre-requirements.txt"
  resolve ${LOCK_FILE} pre-requirements.txt || exit 22
  install ${LOCK_FILE} || exit 23
fi

step "Resolving requirements.txt and $(cat sdk.txt | head -n 1)"
cp ${LOCK_FILE} before.txt 2>/dev/null || : > before.txt
if ! resolve ${LOCK_FILE} requirements.txt sdk.txt companions.txt 2>companions.log; then
  cp before.txt ${LOCK_FILE}
  resolve ${LOCK_FILE} requirements.txt sdk.txt || exit 24
  echo "What Spaces have beside their SDK ($(paste -s -d ' ' companions.txt)) does not fit to these requirements and is left out."
fi

step "Installing $(grep -c == ${LOCK_FILE}) packages"
install ${LOCK_FILE} || exit 25
}
# Programs may make their output one that does not wait, and uv gives up when it then finds it full: this one is theirs alone.
(steps "$1") 2>&1 | cat
`;

/** What a step that failed means to the author. */
export function explainFailure(code: number | null, last: readonly string[]): string {
  const told = last.length === 0 ? '' : `\n${last.join('\n')}`;
  return `${SENTENCES[code ?? -1] ?? 'the build ended before it was done.'}${told}`;
}

const SENTENCES: Readonly<Record<number, string>> = {
  20: 'uv, which installs packages, could not be fetched from the package index. Is it there, and does the index answer?',
  21: 'the environment could not be made.',
  22: 'pre-requirements.txt does not resolve.',
  23: 'a package of pre-requirements.txt could not be installed.',
  24: 'the requirements do not resolve: no set of versions fits requirements.txt together with the SDK.',
  25: 'a package could not be installed.',
};

/** What the steps find in their environment. Nothing of ours is in it, and nothing of the Space's. */
export function stepEnvironment(indexes: number): Readonly<Record<string, string>> {
  const addresses = Array.from({ length: indexes }, (_, number) => indexAddress(number));
  const [last = '', ...others] = addresses.toReversed();
  return {
    PATH: `${ENVIRONMENT_FOLDER}/bin:/usr/local/bin:/usr/bin:/bin`,
    HOME: '/home/user',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TMPDIR: `${WORK}/tmp`,
    // For pip, whoever calls it: some packages do while they are built.
    PIP_INDEX_URL: last,
    ...(others.length === 0 ? {} : { PIP_EXTRA_INDEX_URL: others.join(' ') }),
    PIP_NO_INPUT: '1',
    UV_DEFAULT_INDEX: last,
    // Asked before the default, in the operator's order.
    ...(others.length === 0 ? {} : { UV_INDEX: others.toReversed().join(' ') }),
    UV_CACHE_DIR: `${WORK}/cache`,
    UV_LINK_MODE: 'copy',
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_CONFIG: '1',
    UV_NO_PROGRESS: '1',
    UV_HTTP_TIMEOUT: '120',
  };
}
