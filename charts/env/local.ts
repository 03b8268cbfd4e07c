// The environment of `npm start`: this machine. It has workflows only; no cluster stands behind it.
export { localEnvironment as local } from '../../workflows/local-environment.ts';
