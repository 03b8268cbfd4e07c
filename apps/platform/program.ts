// What every TypeScript step has in common: flags from a zod schema, --help, one JSON result, one-line errors, exit codes.
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { exitCode, UsageError, UserError } from './errors.ts';
import { writeFileAtomically } from './files.ts';
import { oneLine } from './one-line.ts';
import { toSystemError } from './system-errors.ts';
import { toPath } from './uri.ts';
import { findTarget } from './write-target.ts';

/** Characters of a wrong value that its message repeats. */
const longestEcho = 200;

export interface Program<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly description: string;
  /** One flag a key: `runDate` is `--run-date`. The schema's description is the flag's help text. */
  readonly options: Shape;
  /** Returns the step's result, written as JSON to `--result FILE`, else to standard output; nothing for servers. */
  readonly run: (options: z.output<z.ZodObject<Shape>>) => Promise<object | undefined>;
}

/** Runs a program with this process's arguments and sets the exit code. Errors of the user's making are one line on stderr. */
export async function runProgram<Shape extends z.ZodRawShape>(
  program: Program<Shape>,
  argv = process.argv.slice(2),
): Promise<void> {
  let resultFile: string | undefined;
  try {
    const { result: file, outputs, ...flags } = parseFlags(program, argv);
    // Before the work, not after it.
    if (file !== undefined) await findTarget(toPath(file));
    resultFile = file;
    const result = await program.run(checkOptions(program, flags));
    if (result !== undefined && outputs !== undefined) await writeOutputs(result, toPath(outputs));
    await writeResult(result, resultFile);
  } catch (error) {
    process.exitCode = await explain(program.name, error, resultFile);
  }
}

/** Writes what went wrong to stderr, and the result where the error has one. Returns the exit code. */
async function explain(name: string, error: unknown, resultFile: string | undefined): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  const known = error instanceof UserError ? error : toSystemError(error);
  if (known === undefined) {
    console.error(error);
    console.error(`${name}: this is a bug in Taxiway; please report it with the lines above`);
    return exitCode.bug;
  }
  try {
    await writeResult(known.result, resultFile);
  } catch (second) {
    console.error(`${name}: the result could not be written: ${oneLine((second as Error).message)}`);
  }
  console.error(`${name}: ${oneLine(known.message)}`);
  return known.exitCode;
}

function parseFlags(
  program: Pick<Program<z.ZodRawShape>, 'name' | 'description' | 'options'>,
  argv: string[],
): Record<string, string | undefined> {
  const command = new Command(program.name)
    .description(program.description)
    .exitOverride()
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the options)');
  for (const [key, schema] of Object.entries(program.options)) {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const hasDefault = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
    const isSwitch = hasDefault && schema.def.innerType instanceof z.ZodBoolean;
    const fallback = hasDefault && !isSwitch ? ` (default: ${schema.def.defaultValue})` : '';
    const required = z.safeParse(schema as z.ZodType, undefined).success ? '' : ' (required)';
    command.option(isSwitch ? flag : `${flag} <value>`, `${(schema as z.ZodType).description ?? ''}${fallback}${required}`);
  }
  command.option('--result <file>', 'write the result as JSON to this file, not to standard output');
  command.option('--outputs <folder>', "write each of the result's fields to a file of its own in this folder");
  return command.parse(argv, { from: 'user' }).opts();
}

function checkOptions<Shape extends z.ZodRawShape>(program: Program<Shape>, flags: object): z.output<z.ZodObject<Shape>> {
  const checked = z.strictObject(program.options).safeParse(flags);
  if (checked.success) return checked.data as z.output<z.ZodObject<Shape>>;
  const problems = checked.error.issues.map((issue) => {
    const key = String(issue.path[0]);
    const got = (flags as Record<string, unknown>)[key];
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return got === undefined ? `${flag} is missing` : `${flag} ${JSON.stringify(shorten(got))}: ${issue.message}`;
  });
  throw new UsageError(`${problems.join('; ')} (--help lists the options)`);
}

const shorten = (value: unknown) =>
  typeof value === 'string' && value.length > longestEcho ? `${value.slice(0, longestEcho)}…` : value;

/** What workflows hand from step to step: text as it is, anything else as JSON, nothing for null. */
async function writeOutputs(result: object, folder: string): Promise<void> {
  for (const [name, value] of Object.entries(result))
    await writeFileAtomically(
      join(folder, name),
      typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value),
    );
}

async function writeResult(result: object | undefined, file: string | undefined): Promise<void> {
  if (result === undefined) return;
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if (file === undefined) await print(text);
  else await writeFileAtomically(toPath(file), text);
}

/** Writes to standard output. Throws where it is full, or its reader has ended. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Node ends the process for an error that nobody listens to.
    process.stdout.on('error', () => undefined);
    process.stdout.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (error?.code === 'EPIPE')
        reject(new UsageError('standard output: the program that reads it has ended; use --result FILE'));
      else if (error) reject(Object.assign(error, { path: 'standard output' }));
      else resolve();
    });
  });
}
