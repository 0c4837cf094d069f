// The Prometheus text format.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Metrics } from './metrics.ts';

void test('present() writes counters, gauges and histograms in the text format', () => {
  const metrics = new Metrics();
  const requests = metrics.counter('requests_total', 'Requests.');
  requests.add({ status: '200' });
  requests.add({ status: '200' }, 2);
  requests.add({ status: 'a"b\\c\nd' });
  metrics.gauge('depth', 'Depth.', () => 7);
  const durations = metrics.histogram('seconds', 'Durations.', [0.1, 1]);
  durations.observe({}, 0.05);
  durations.observe({}, 0.5);
  durations.observe({}, 5);
  durations.observe({ operation: 'x' }, 1);
  assert.equal(
    metrics.present(),
    [
      '# HELP requests_total Requests.',
      '# TYPE requests_total counter',
      'requests_total{status="200"} 3',
      'requests_total{status="a\\"b\\\\c\\nd"} 1',
      '# HELP depth Depth.',
      '# TYPE depth gauge',
      'depth 7',
      '# HELP seconds Durations.',
      '# TYPE seconds histogram',
      'seconds_bucket{le="0.1"} 1',
      'seconds_bucket{le="1"} 2',
      'seconds_bucket{le="+Inf"} 3',
      'seconds_sum 5.55',
      'seconds_count 3',
      'seconds_bucket{operation="x",le="0.1"} 0',
      'seconds_bucket{operation="x",le="1"} 1',
      'seconds_bucket{operation="x",le="+Inf"} 1',
      'seconds_sum{operation="x"} 1',
      'seconds_count{operation="x"} 1',
      '',
    ].join('\n'),
  );
});

void test('Metrics refuses to declare a name twice', () => {
  const metrics = new Metrics();
  metrics.counter('x', 'X.');
  assert.throws(() => metrics.counter('x', 'X.'), /twice/);
});
