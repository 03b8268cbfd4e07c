// What Prometheus reads of the rounds. Values are read from the state when they are asked for.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { State } from './follow.ts';

export function addMetrics(registry: Registry, state: State): void {
  const registers = [registry];
  new Counter({
    name: 'taxiway_trigger_rounds_total',
    help: 'Looks at the source bucket, by whether they got through.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, number] of Object.entries(state.rounds)) this.inc({ outcome }, number);
    },
  });
  new Counter({
    name: 'taxiway_trigger_objects_total',
    help: "Versions of months' files that were not known yet, by what became of them.",
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, number] of Object.entries(state.outcomes)) this.inc({ outcome: outcome.toLowerCase() }, number);
    },
  });
  new Gauge({
    name: 'taxiway_trigger_files',
    help: "Months' files in the source bucket.",
    registers,
    collect() {
      this.set(state.files);
    },
  });
  new Gauge({
    name: 'taxiway_trigger_last_success_timestamp_seconds',
    help: 'When a look at the source bucket got through last; 0 where none did.',
    registers,
    collect() {
      this.set(state.lastSuccess);
    },
  });
}
