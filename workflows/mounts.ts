// Where containers see the shared state and their own scratch space.

/** The volume that every step shares, and where containers see it. */
export const stateVolume = 'state';
export const stateMountPath = '/taxiway';
/** The volume that each attempt has to itself, and where containers see it. */
export const scratchVolume = 'tmp';
export const scratchMountPath = '/tmp';
/** Where a step writes its result JSON. */
export const resultFile = `${scratchMountPath}/result.json`;
/** Where a step writes each of its outputs as a file of its own. */
export const outputsFolder = `${scratchMountPath}/outputs`;
