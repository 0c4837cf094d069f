// huggingface_hub 0.34, which many installations still have.
import { testPythonClient } from './python-client.ts';

testPythonClient('hub-0.34');
