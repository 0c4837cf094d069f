// huggingface_hub 0.34, which many installations still have, with the transfer library that is installed beside it today.
import { testPythonClient } from './python-client.ts';

testPythonClient('hub-0.34', { calls: 'all', by: 'chunks' });
