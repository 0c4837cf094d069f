// Runs in a worker of the reader's browser: rows of Parquet files.
import { ParquetReader } from './parquet.ts';
import { serveView } from './serve-view.ts';

serveView((source) => new ParquetReader(source));
