// The champion of each category as it lies in the models bucket; a new one is picked up without a restart.
import { z } from 'zod';
import type { Modelled } from '../contract/dataset.ts';
import { modelPaths } from '../contract/names.ts';
import { TemporaryError, UserError } from '../platform/errors.ts';
import { readJsonFile } from '../platform/json-file.ts';
import { log } from '../platform/log.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { oneLine } from '../platform/one-line.ts';
import { joinUri } from '../platform/uri.ts';
import { type Booster, readBooster } from './booster.ts';
import { computableFeatures } from './features.ts';

const championFile = z.object({
  category: z.string(),
  version: z.union([z.string(), z.number()]).transform(String),
  run_id: z.string(),
  rmse: z.number().nonnegative(),
  model: z.string().min(1),
  features: z.array(z.string()).min(1),
  target: z.string(),
});

export interface Champion extends z.output<typeof championFile> {
  readonly booster: Booster;
}

/** Reads champion.json and the model that it names, and checks that they fit each other and this service. */
export async function loadChampion(models: string, dataset: Modelled): Promise<Champion> {
  const { category } = dataset;
  const uri = joinUri(models, modelPaths.champion(category));
  const next = 'run the full-refresh workflow to write it again';
  const champion = await readJsonFile({ uri, schema: championFile, what: "a champion's description", next });
  if (champion.category !== category) throw new Error(`it is the champion of ${champion.category}, not of ${category}`);
  const computable = computableFeatures(dataset);
  const strange = champion.features.filter((name) => !computable.has(name));
  if (strange.length > 0) throw new Error(`its features ${strange.join(', ')} can't be computed here`);
  if (champion.target !== dataset.model.target) throw new Error(`it predicts ${champion.target}, not ${dataset.model.target}`);
  if (champion.model.startsWith('/') || champion.model.split('/').includes('..'))
    throw new Error(`its model ${champion.model} lies outside the models folder`);
  const modelUri = joinUri(uri.slice(0, uri.lastIndexOf('/')), champion.model);
  const model = await readJsonFile({ uri: modelUri, schema: z.unknown(), what: "XGBoost's model", next });
  return { ...champion, booster: readBooster(model, champion.features) };
}

interface Entry {
  champion?: Champion;
  /** What was read last, also where it was refused. */
  version?: string;
  /** When a refused version is read again: what kept it from being read may have gone. */
  againAt: number;
  checkedAt: number;
  checking?: Promise<void>;
  /** Why the bucket could not be read the last time. */
  unreadable?: UserError;
}

const lookMilliseconds = 1_000;
const refusedMilliseconds = 10_000;

/** Hands out the champion that serves; looks for a newer file at most once a second. */
export class ChampionStore {
  readonly #models: string;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(models: string, now: () => number = Date.now) {
    this.#models = models;
    this.#now = now;
  }

  /**
   * A data set's champion, or undefined where there is none yet. A broken new file leaves the old one serving. Throws UserError where the bucket
   * can't be read before a first champion serves.
   */
  async get(dataset: Modelled): Promise<Champion | undefined> {
    const { category } = dataset;
    const entry = this.#entries.get(category) ?? { checkedAt: Number.NEGATIVE_INFINITY, againAt: Number.POSITIVE_INFINITY };
    this.#entries.set(category, entry);
    if (this.#now() - entry.checkedAt >= lookMilliseconds) {
      entry.checkedAt = this.#now();
      entry.checking = this.#refresh(dataset, entry).finally(() => {
        delete entry.checking;
      });
    }
    // While a champion serves, a reload does not hold requests up; the first load does.
    if (!entry.champion) await entry.checking;
    if (!entry.champion && entry.unreadable) throw entry.unreadable;
    return entry.champion;
  }

  async #refresh(dataset: Modelled, entry: Entry): Promise<void> {
    const { category } = dataset;
    const uri = joinUri(this.#models, modelPaths.champion(category));
    delete entry.unreadable;
    try {
      const found = await openStorage(uri)
        .look(uri)
        .catch((error) => {
          if (error instanceof UserError) entry.unreadable = error;
          throw error;
        });
      if (!found || (found.version === entry.version && this.#now() < entry.againAt)) return;
      entry.version = found.version;
      entry.againAt = this.#now() + refusedMilliseconds;
      entry.champion = await loadChampion(this.#models, dataset);
      entry.againAt = Number.POSITIVE_INFINITY;
      log('champion loaded', { category, version: entry.champion.version, rmse: entry.champion.rmse });
    } catch (error) {
      if (error instanceof TemporaryError) {
        entry.unreadable = error;
        entry.againAt = this.#now();
      }
      const serving = entry.champion ? `version ${entry.champion.version} keeps serving` : 'no model serves';
      log('champion refused', { category, error: oneLine((error as Error).message), serving });
    }
  }
}
