import { expect, test } from 'vitest';
import { toWorkflow } from './workflow.ts';

const key = 'in/yellow_tripdata_2024-01.parquet';
const arrival = {
  bucket: 'taxi-files',
  key,
  sequencer: '0055AED6DCD90281E5',
  version: 'v1',
  size: 4,
  time: '2026-11-28T20:00:00Z',
};
const file = {
  uri: `s3://taxi-files/${key}`,
  filename: 'yellow_tripdata_2024-01.parquet',
  run_date: '2024-01-01',
  category: 'yellow',
};
const submission = { arrival, file, namespace: 'pipeline', template: 'batch' };

test('the name of a version is the same for ever: live clusters know it', () => {
  expect(toWorkflow(submission, 'lambda')).toEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      name: 'yellow-2024-01-36b5121a902869bdd305',
      namespace: 'pipeline',
      labels: { 'app.kubernetes.io/part-of': 'taxiway', 'taxiway/origin': 'lambda' },
      annotations: {
        'taxiway/bucket': 'taxi-files',
        'taxiway/key': key,
        'taxiway/sequencer': '0055AED6DCD90281E5',
        'taxiway/version': 'v1',
        'taxiway/event-time': '2026-11-28T20:00:00Z',
      },
    },
    spec: {
      workflowTemplateRef: { name: 'batch' },
      arguments: {
        parameters: [
          { name: 'uri', value: file.uri },
          { name: 'filename', value: file.filename },
          { name: 'run_date', value: '2024-01-01' },
          { name: 'category', value: 'yellow' },
        ],
      },
    },
  });
});

test('the trigger notes the version under another name', () => {
  const { labels, annotations } = toWorkflow(submission, 'trigger').metadata;
  expect(labels['taxiway/origin']).toBe('trigger');
  expect(annotations).toMatchObject({ 'taxiway/listed': arrival.sequencer });
  expect(annotations).not.toHaveProperty('taxiway/sequencer');
});
