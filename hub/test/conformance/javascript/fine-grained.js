// What a fine-grained token may do with @huggingface/hub, and that it may nothing else; one line of JSON per case.
import assert from 'node:assert/strict';
import * as hub from '@huggingface/hub';

const hubUrl = process.env.HF_ENDPOINT;
const as = (name) => ({ hubUrl, accessToken: process.env[name] });
const model = (name) => ({ type: 'model', name });

async function statusOf(action) {
  return await action().then(
    () => 200,
    (error) => error.statusCode,
  );
}

const upload = (token, name) =>
  statusOf(() =>
    hub.uploadFile({ ...as(token), repo: model(name), file: { path: 'b.txt', content: new Blob(['b']) } }),
  );
const read = (token, name) =>
  statusOf(async () => await hub.listFiles({ ...as(token), repo: model(name) }).next());

const cases = {
  'whoAmI() tells a fine-grained token': async () => {
    const { auth } = await hub.whoAmI(as('READ_ONE'));
    assert.equal(auth.accessToken.role, 'fineGrained');
  },
  'a token for reading one repository reads it and nothing else': async () => {
    assert.equal(await read('READ_ONE', 'admin/scoped'), 200);
    assert.deepEqual(
      [await read('READ_ONE', 'admin/other'), await upload('READ_ONE', 'admin/scoped')],
      [404, 403],
    );
  },
  'a token for writing one repository writes it and nothing else': async () => {
    assert.equal(await upload('WRITE_ONE', 'admin/scoped'), 200);
    assert.equal(await upload('WRITE_ONE', 'admin/other'), 404);
    assert.equal(await statusOf(() => hub.createRepo({ ...as('WRITE_ONE'), repo: model('admin/js') })), 403);
  },
  'a token for the names of an organisation reads those that match': async () => {
    assert.deepEqual(
      [await read('READ_NAMED', 'acme/bert-base'), await read('READ_NAMED', 'acme/gpt')],
      [200, 404],
    );
  },
};

const entries = Object.entries(cases);
for (const [number, [name, run]] of entries.entries()) {
  const result = { name, last: number === entries.length - 1 };
  try {
    await run();
  } catch (error) {
    result.error = String(error?.stack ?? error);
  }
  console.log(`@case ${JSON.stringify(result)}`);
}
