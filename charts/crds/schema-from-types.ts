// A Kubernetes structural schema from a TypeScript type. The packages of @kubernetes-models carry types and compiled validators, but
// no JSON schemas; this reads the types back.
import ts from 'typescript';

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-map-type'?: 'atomic';
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
}

export interface TypeSource {
  /** A declaration file. */
  readonly file: string;
  /** The name of an interface that it exports. */
  readonly type: string;
  /** Properties of the interface itself that are left out. */
  readonly without: readonly string[];
  /** Types by name that are kept as free-form objects, below the interface. */
  readonly open: readonly string[];
}

const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Throws where the file or the interface does not exist, or a type has no equal among schemas. */
export function readSchema({ file, type: name, without, open }: TypeSource): Schema {
  const options = {
    skipLibCheck: true,
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  };
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const found = module && checker.getExportsOfModule(module).find((one) => one.name === name);
  if (source === undefined || found === undefined)
    throw new Error(`${file}: no interface ${name}; look for it in the package that has this file`);

  const toSchema = (type: ts.Type, path: readonly string[], above: readonly ts.Type[]): Schema => {
    const alternatives = (type.isUnion() ? type.types : [type]).filter(
      (one) => !(one.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)),
    );
    const has = (flag: ts.TypeFlags) => alternatives.some((one) => one.flags & flag);
    if (alternatives.length > 0 && alternatives.every((one) => one.isStringLiteral()))
      return { type: 'string', enum: alternatives.map((one) => (one as ts.StringLiteralType).value) };
    if (has(ts.TypeFlags.StringLike) && has(ts.TypeFlags.NumberLike)) return { 'x-kubernetes-int-or-string': true };
    if (has(ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return { 'x-kubernetes-preserve-unknown-fields': true };
    if (alternatives.every((one) => one.flags & ts.TypeFlags.StringLike)) return { type: 'string' };
    if (alternatives.every((one) => one.flags & ts.TypeFlags.NumberLike)) return { type: 'number' };
    if (alternatives.every((one) => one.flags & ts.TypeFlags.BooleanLike)) return { type: 'boolean' };
    const [only] = alternatives;
    if (alternatives.length !== 1 || only === undefined)
      throw new Error(`${name}.${path.join('.')}: no schema for ${checker.typeToString(type)}`);
    if (checker.isArrayType(only)) {
      const [element] = checker.getTypeArguments(only as ts.TypeReference);
      if (element !== undefined) return { type: 'array', items: toSchema(element, [...path, '[]'], above) };
    }
    // A structural schema can't refer to itself.
    if (above.includes(only) || open.includes(only.symbol?.name ?? '')) return anything;
    return toObject(only, path, [...above, only]);
  };

  const toObject = (type: ts.Type, path: readonly string[], above: readonly ts.Type[]): Schema => {
    const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    const properties = checker.getPropertiesOfType(type).filter((one) => path.length > 0 || !without.includes(one.name));
    if (properties.length === 0)
      return values === undefined ? anything : { type: 'object', additionalProperties: toSchema(values, [...path, '*'], above) };
    return {
      type: 'object',
      properties: Object.fromEntries(
        properties.map((one) => {
          const description = ts.displayPartsToString(one.getDocumentationComment(checker)).split(/\.\s|\n/)[0];
          const schema = toSchema(checker.getTypeOfSymbolAtLocation(one, source), [...path, one.name], above);
          return [one.name, { ...(path.length < 3 && description ? { description } : {}), ...schema }];
        }),
      ),
      ...toRequired(properties),
    };
  };
  return toSchema(checker.getDeclaredTypeOfSymbol(found), [], []);
}

function toRequired(properties: readonly ts.Symbol[]): Pick<Schema, 'required'> {
  const required = properties.filter((one) => !(one.flags & ts.SymbolFlags.Optional)).map(({ name }) => name);
  return required.length === 0 ? {} : { required };
}
