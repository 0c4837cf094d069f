// Cells of notebooks: nothing runs, and what is HTML went through the cleaner.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sourceOf } from './fixtures.ts';
import { NotebookReader } from './notebook.ts';

const PLACE = { repo: '/a/b', revision: 'main', folder: '' };
const read = async (document: unknown) =>
  await new NotebookReader(sourceOf(JSON.stringify(document)), PLACE).next();
const code = (...outputs: unknown[]) => ({
  cell_type: 'code',
  source: ['a = 1\n', 'a'],
  execution_count: 3,
  outputs,
});

void test('NotebookReader shows text, pictures, tables and errors', async () => {
  const { cells, language } = await read({
    metadata: { language_info: { name: 'python' } },
    cells: [
      { cell_type: 'markdown', source: ['# Title\n', '![p](p.png)'] },
      code(
        { output_type: 'stream', text: ['10%\r', '100%\n', 'done\u001b[31m!\u001b[0m'] },
        { output_type: 'display_data', data: { 'image/png': 'aGk=\n', 'text/plain': 'x' } },
        { output_type: 'execute_result', data: { 'text/html': '<table><tr><td>1</td></tr></table>' } },
        { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: [] },
      ),
      { cell_type: 'raw', source: '<b>' },
    ],
  });
  assert.equal(language, 'python');
  assert.deepEqual(cells, [
    {
      kind: 'prose',
      html: '<h1 id="card-title">Title</h1>\n<p><img alt="p" loading="lazy" src="/a/b/download/main/p.png"></p>\n',
    },
    {
      kind: 'code',
      text: 'a = 1\na',
      count: 3,
      outputs: [
        { kind: 'text', text: '100%\ndone!' },
        { kind: 'picture', source: 'data:image/png;base64,aGk=' },
        { kind: 'html', html: '<table><tr><td>1</td></tr></table>' },
        { kind: 'error', text: 'ValueError: no' },
      ],
    },
    { kind: 'text', text: '<b>' },
  ]);
});

void test('NotebookReader lets nothing through that runs or loads from elsewhere', async () => {
  const bad =
    '<script>run()</script><img src="//evil.example/x" onerror="run()"><style>*{}</style><p onclick="run()">x</p>';
  const { cells } = await read({
    cells: [
      { cell_type: 'markdown', source: bad },
      code(
        { output_type: 'display_data', data: { 'text/html': bad } },
        { output_type: 'display_data', data: { 'text/markdown': bad } },
        { output_type: 'display_data', data: { 'application/javascript': 'run()' } },
        { output_type: 'display_data', data: { 'image/svg+xml': '<svg onload="run()"/>' } },
        { output_type: 'display_data', data: { 'image/png': '" onerror="run()' } },
      ),
    ],
  });
  assert.doesNotMatch(JSON.stringify(cells), /script|onerror|onclick|onload|style|src=|run\(\)/);
});

void test('NotebookReader refuses what is no notebook, and reads around what is odd in one', async () => {
  for (const document of [{}, [], { cells: {} }, null, 'x'])
    await assert.rejects(read(document), { flaw: 'broken' });
  await assert.rejects(new NotebookReader(sourceOf('{broken'), PLACE).next());
  const odd = [
    null,
    1,
    {},
    { cell_type: 'code', source: [1, 'a'], outputs: 'x' },
    code(null, { output_type: 'error' }),
  ];
  const { cells, more } = await read({ cells: odd, metadata: 7 });
  assert.equal(cells.length, 5);
  assert.equal(more, false);
});
