// Runs in a worker of the reader's browser: cells of notebooks.
import { NotebookReader } from './notebook.ts';
import { serveView } from './serve-view.ts';

serveView((source, { place }) => new NotebookReader(source, place));
