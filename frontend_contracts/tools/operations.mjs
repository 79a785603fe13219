// Reads the schema and the operations, and says what is wrong with them.

import { readFileSync, readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Kind, buildSchema, parse, validate } from "graphql";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OPERATIONS = join(ROOT, "operations");

/** The schema as it was last exported. Throws with a line number if it isn't one. */
export function readSchema(path = join(ROOT, "schema.graphql")) {
  return buildSchema(readFileSync(path, "utf8"));
}

/** Every file under operations/, sorted by path: its name, comment, document and definition. */
export function readOperations() {
  return readdirSync(OPERATIONS, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".graphql"))
    .sort()
    .map((name) => {
      const path = join(OPERATIONS, name);
      const text = readFileSync(path, "utf8");
      const document = parse(text);
      return {
        path: relative(ROOT, path),
        slice: name.split(/[\\/]/)[0],
        name: basename(name, ".graphql"),
        comment: leadingComment(text),
        document,
        definition: document.definitions[0],
      };
    });
}

/** Sentences about what breaks a rule of docs/frontend.md; empty when nothing does. */
export function problems(schema, files) {
  const found = [];
  for (const file of files) {
    const { definition, document, path } = file;
    if (document.definitions.length !== 1) found.push(`${path}: one definition per file.`);
    if (definition.name?.value !== file.name) {
      found.push(`${path}: it defines ${definition.name?.value ?? "nothing"}, not ${file.name}.`);
    }
    if (!file.comment) found.push(`${path}: a comment must say who asks and what refusals mean.`);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) continue;
    if (definition.selectionSet.selections.length !== 1) {
      found.push(`${path}: one root field per operation.`);
    }
  }
  // One document of everything: fragments are found wherever they stand, and names are unique.
  const all = { kind: Kind.DOCUMENT, definitions: files.map((file) => file.definition) };
  for (const error of validate(schema, all)) found.push(error.toString());
  return found;
}

/** Root fields that no operation asks: the package would have no hook for them. */
export function unasked(schema, files) {
  const asked = new Set(
    files
      .filter((file) => file.definition.kind === Kind.OPERATION_DEFINITION)
      .map(({ definition }) => {
        const [field] = definition.selectionSet.selections;
        return `${definition.operation}.${field.name.value}`;
      }),
  );
  return ["query", "mutation", "subscription"].flatMap((kind) =>
    Object.keys(schema.getRootType(kind)?.getFields() ?? {})
      .filter((field) => !asked.has(`${kind}.${field}`))
      .map((field) => `No operation asks the ${kind} ${field}: add one under operations/.`),
  );
}

function leadingComment(text) {
  const lines = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("#")) break;
    lines.push(line.replace(/^# ?/, "").trimEnd());
  }
  return lines.join("\n");
}
