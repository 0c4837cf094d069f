// Keeps one product, for `products.test.ts`, which looks at the system calls.
import { Products } from '../../src/build/products.ts';
import { Uses } from '../../src/uses.ts';

const [folder = '', from = '', key = ''] = process.argv.slice(2);
await new Products(folder, new Uses()).keep(from, { namespace: '1'.repeat(24), asked: 'asked', key });
