// Prints every generated document as JSON. A process of its own, because the documents are made by importing the hub:
// a file that does not parse must fail one check, not the program that runs them all.
import { documents } from './documents.ts';

process.stdout.write(JSON.stringify(await documents()));
