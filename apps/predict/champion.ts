// The champion of each category as it lies in the models bucket; a new one is picked up without a restart.
import { stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { z } from 'zod';
import { modelPaths } from '../contract/names.ts';
import { readJsonFile } from '../platform/json-file.ts';
import { log } from '../platform/log.ts';
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
export async function loadChampion(models: string, category: string): Promise<Champion> {
  const path = resolve(models, modelPaths.champion(category));
  const next = 'run the full-refresh workflow to write it again';
  const champion = await readJsonFile({ path, schema: championFile, what: "a champion's description", next });
  if (champion.category !== category) throw new Error(`it is the champion of ${champion.category}, not of ${category}`);
  const strange = champion.features.filter((name) => !computableFeatures.has(name));
  if (strange.length > 0) throw new Error(`its features ${strange.join(', ')} can't be computed here`);
  const modelPath = resolve(dirname(path), champion.model);
  if (relative(models, modelPath).startsWith('..')) throw new Error(`its model ${champion.model} lies outside the models folder`);
  const model = await readJsonFile({ path: modelPath, schema: z.unknown(), what: "XGBoost's model", next });
  return { ...champion, booster: readBooster(model, champion.features) };
}

interface Entry {
  champion?: Champion;
  stamp?: string;
  checkedAt: number;
  checking?: Promise<void>;
}

/** Hands out the champion that serves; looks for a newer file at most once a second. */
export class ChampionStore {
  readonly #models: string;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(models: string, now: () => number = Date.now) {
    this.#models = models;
    this.#now = now;
  }

  /** The category's champion, or undefined where there is none yet. A broken new file leaves the old one serving. */
  async get(category: string): Promise<Champion | undefined> {
    const entry = this.#entries.get(category) ?? { checkedAt: Number.NEGATIVE_INFINITY };
    this.#entries.set(category, entry);
    if (this.#now() - entry.checkedAt >= 1000) {
      entry.checkedAt = this.#now();
      entry.checking = this.#refresh(category, entry).finally(() => {
        delete entry.checking;
      });
    }
    // While a champion serves, a reload does not hold requests up; the first load does.
    if (!entry.champion) await entry.checking;
    return entry.champion;
  }

  async #refresh(category: string, entry: Entry): Promise<void> {
    const path = resolve(this.#models, modelPaths.champion(category));
    const found = await stat(path).catch(() => undefined);
    if (!found) return;
    const stamp = `${found.ino}:${found.mtimeMs}:${found.size}`;
    if (stamp === entry.stamp) return;
    entry.stamp = stamp;
    try {
      entry.champion = await loadChampion(this.#models, category);
      log('champion loaded', { category, version: entry.champion.version, rmse: entry.champion.rmse });
    } catch (error) {
      const serving = entry.champion ? `version ${entry.champion.version} keeps serving` : 'no model serves';
      log('champion refused', { category, error: (error as Error).message.replaceAll(/\s+/g, ' '), serving });
    }
  }
}
