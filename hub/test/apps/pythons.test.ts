// A Python that the operator keeps on the machine, from the configuration file to the app that runs on it, as root and as an ordinary
// user: what shows it is told from process to process, and each of them could lose it on the way.
import assert from 'node:assert/strict';
import test from 'node:test';
import { SDK } from '@holdfast/runner/test/build/bench';
import { openIndexServer } from '@holdfast/runner/test/build/index-server';
import { installPython, openPythonFolder, OWN_VERSION } from '@holdfast/runner/test/build/own-python';
import { makeWheel } from '@holdfast/runner/test/build/packages';
import { openAppInstance } from '../harness/app-instance.ts';
import { push, untilStage, visit } from '../harness/app-site.ts';
import { isRoot } from '../harness/test-user.ts';
import { SERVE_SAID } from './page-server.ts';

const MINUTES = 60_000;

/** Says which Python it runs on, and whether it could change it. */
const APP = `
import gradio, http.server, json, os, sys
def change():
    try:
        with open(sys.base_prefix + "/changed", "w"): return "changed"
    except OSError as error:
        return error.strerror
SAID = json.dumps([sys.base_prefix, "%d.%d" % sys.version_info[:2], json.__file__, change()]).encode()
${SERVE_SAID}`;

for (const { owner, who, skip } of [
  { owner: 'self', who: 'whoever runs this', skip: false },
  { owner: 'user', who: 'an ordinary user', skip: !isRoot && 'making that user takes root' },
] as const)
  void test(
    `an app runs on a Python of the operator's, in an instance of ${who}`,
    { skip, timeout: 15 * MINUTES },
    async () => {
      await using folder = await openPythonFolder();
      await installPython(folder.path);
      await using index = await openIndexServer('https://pypi.org/simple');
      for (const project of SDK) index.offer({ project, ...makeWheel(project) });
      await using apps = await openAppInstance(owner, {
        spaces: { index: index.url, pythons: [folder.path] },
      });
      const { instance } = apps;
      const token = await instance.createToken({ user: 'admin', role: 'write' });
      const site = { instance, token, owner: 'admin' };
      const readme = (version: string): string => `---\nsdk: gradio\npython_version: "${version}"\n---\n`;
      const files = { 'README.md': readme(OWN_VERSION), 'app.py': APP };
      await push(site, { type: 'space', name: 'snake', files });
      await untilStage(site, 'snake');
      const place = `/opt/python/${OWN_VERSION}`;
      const { body } = await visit(site, 'snake', { path: '/' });
      const [prefix, version, library, change] = JSON.parse(body) as readonly string[];
      assert.deepEqual([prefix, version], [place, OWN_VERSION]);
      assert.ok(library?.startsWith(`${place}/lib/`), body);
      assert.match(change ?? '', /^(Read-only file system|Permission denied)$/);
      await push(site, { type: 'space', name: 'wish', files: { ...files, 'README.md': readme('3.6') } });
      assert.match(
        await untilStage(site, 'wish', 'CONFIG_ERROR'),
        new RegExp(`3\\.6 is not there\\. This machine has ${OWN_VERSION.replace('.', '\\.')}:`),
      );
    },
  );
