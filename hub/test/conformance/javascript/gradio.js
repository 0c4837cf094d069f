// @gradio/client against an app that greets; one line of JSON per case, as the Python suites print them.
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { Client } from '@gradio/client';

const token = process.env.HF_TOKEN;
const app = process.env.APP_URL;

// Names below `localhost` lead to this machine (RFC 6761), whatever the system's resolver makes of them.
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest);

const cases = {
  'predict() gives an answer': async () => {
    const client = await Client.connect(app, { token });
    const { data } = await client.predict('/greet', ['Ada']);
    assert.deepEqual(data, ['Hello Ada!']);
    client.close();
  },
  'submit() tells how a call goes on, and its end': async () => {
    const client = await Client.connect(app, { token, events: ['data', 'status'] });
    const seen = [];
    for await (const event of client.submit('/greet', { name: 'Bob' })) {
      seen.push(event.type === 'data' ? event.data[0] : event.stage);
      if (event.type === 'status' && event.stage === 'complete') break;
    }
    assert.ok(seen.includes('pending') && seen.includes('Hello Bob!'), String(seen));
    assert.equal(seen.at(-1), 'complete');
    client.close();
  },
  'several calls at the same time do not mix their answers': async () => {
    const client = await Client.connect(app, { token });
    const names = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(names.map((name) => client.predict('/greet', [name])));
    assert.deepEqual(
      answers.map(({ data }) => data[0]),
      names.map((name) => `Hello ${name}!`),
    );
    client.close();
  },
  'view_api() describes the app': async () => {
    const client = await Client.connect(app, { token });
    const api = await client.view_api();
    assert.ok('/greet' in api.named_endpoints, Object.keys(api.named_endpoints).join());
    client.close();
  },
  'without a token a private Space cannot be reached': async () => {
    await assert.rejects(Client.connect(app));
  },
};

const names = Object.keys(cases);
for (const [number, name] of names.entries()) {
  const result = { name, last: number === names.length - 1 };
  try {
    await cases[name]();
  } catch (error) {
    result.error = String(error?.stack ?? JSON.stringify(error));
  }
  console.log(`@case ${JSON.stringify(result)}`);
}
