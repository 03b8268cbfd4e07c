// Row "Spark": applications as the operator sees them, and their JVMs over JMX.
import { lastingCounters } from '../../apps/contract/names.ts';
import type { Row } from './panels.ts';

const jvms = 'workload=~"spark-driver|spark-executor"';

export const sparkRow: Row = {
  title: 'Spark',
  graphs: [
    {
      title: 'Applications',
      description: 'Running now, and those that ended in the last hour.',
      unit: 'short',
      queries: [
        { expr: 'sum(spark_application_running_count)', legend: 'running' },
        { expr: `sum(increase(${lastingCounters.sparkSucceeded}[1h]))`, legend: 'succeeded' },
        { expr: `sum(increase(${lastingCounters.sparkFailed}[1h]))`, legend: 'failed' },
      ],
    },
    {
      title: 'Heap',
      description: 'Memory of drivers and executors that is in use, over what they may take.',
      unit: 'percentunit',
      queries: [
        {
          expr: `sum by (pod) (jvm_memory_used_bytes{area="heap",${jvms}}) / sum by (pod) (jvm_memory_max_bytes{area="heap",${jvms}})`,
          legend: '{{pod}}',
        },
      ],
    },
    {
      title: 'Garbage collection',
      description: 'Share of the time that a JVM collects; above a tenth it lacks memory.',
      unit: 'percentunit',
      queries: [{ expr: `sum by (pod) (rate(jvm_gc_collection_seconds_sum{${jvms}}[5m]))`, legend: '{{pod}}' }],
    },
  ],
};
