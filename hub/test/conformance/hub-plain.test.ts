// The newest and the oldest huggingface_hub, told to send and fetch files whole.
import { testPythonClient } from './python-client.ts';

testPythonClient('hub-newest', { calls: 'all', by: 'whole files' });
testPythonClient('hub-0.34', { calls: 'all', by: 'whole files' });
