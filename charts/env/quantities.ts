// Kubernetes' quantities as numbers, and the short way to write a container's size.

interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

/** What a container gets: at least `requests`, at most `limits`. */
export interface Size {
  readonly requests: Resources;
  readonly limits: Resources;
}

const units: Readonly<Record<string, number>> = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** `250m` is 250, `2` is 2000; NaN where it is no quantity. */
export const toMillicores = (cpu: string): number => (String(cpu).endsWith('m') ? Number(cpu.slice(0, -1)) : 1000 * Number(cpu));

/** `256Mi` in bytes; NaN where it is no quantity. */
export const toBytes = (amount: string): number =>
  Number(String(amount).slice(0, -2)) * (units[String(amount).slice(-2)] ?? Number.NaN);

/** A container's size: processors it gets at least and at most, and its memory, which is over-committed only where a lower request is given. */
export const size = (cpu: string, cpuLimit: string, memory: string, memoryRequest = memory): Size => ({
  requests: { cpu, memory: memoryRequest },
  limits: { cpu: cpuLimit, memory },
});
