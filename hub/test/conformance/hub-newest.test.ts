// The newest huggingface_hub, with plain transfers.
import { testPythonClient } from './python-client.ts';

testPythonClient('hub-newest');
