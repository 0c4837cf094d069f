// The newest huggingface_hub, as it comes.
import { testPythonClient } from './python-client.ts';

testPythonClient('hub-newest', { calls: 'all', by: 'chunks' });
