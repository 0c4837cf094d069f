// huggingface_hub of the eras between, each with the transfer library of its day: the way to send a large file, the paths
// and the formats changed from one to the next.
import { testPythonClient } from './python-client.ts';

for (const venv of ['hub-1', 'hub-1.10', 'hub-0.36', 'hub-0.34-first-xet'])
  testPythonClient(venv, { calls: 'transfers', by: 'chunks' });
