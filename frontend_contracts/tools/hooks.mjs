// One React hook per operation, documented by the operation's own comment.

import { Kind } from "graphql";

const KINDS = { query: "Query", mutation: "Mutation", subscription: "Subscription" };

/** The text of generated/hooks.ts. */
export function hooks(files) {
  const operations = files.filter((file) => file.definition.kind === Kind.OPERATION_DEFINITION);
  const used = [...new Set(operations.map((file) => KINDS[file.definition.operation]))].sort();
  return [
    `import { ${used.map((kind) => `use${kind}`).join(", ")} } from "urql";`,
    `import type { ${argsOf(used).join(", ")} } from "urql";`,
    'import * as op from "./operations.ts";',
    "",
    ...operations.map(hook),
  ].join("\n");
}

function argsOf(used) {
  return used.filter((kind) => kind !== "Mutation").map((kind) => `Use${kind}Args`);
}

function hook({ name, comment, definition }) {
  const kind = KINDS[definition.operation];
  const args = [`typeof op.${name}Document`, `op.${name}${kind}Variables`];
  const doc = ["/**", ...comment.split("\n").map((line) => ` * ${line}`), " */"].join("\n");
  if (kind === "Mutation") {
    return `${doc}\nexport function use${name}() {\n  return useMutation(op.${name}Document);\n}\n`;
  }
  const needed = (definition.variableDefinitions ?? []).some(
    (variable) => variable.type.kind === Kind.NON_NULL_TYPE && !variable.defaultValue,
  );
  const data = `op.${name}${kind}`;
  const variables = args[1];
  const type =
    kind === "Query"
      ? `Omit<UseQueryArgs<${variables}, ${data}>, "query">`
      : `Omit<UseSubscriptionArgs<${variables}, ${data}>, "query">`;
  const given = needed ? `args: ${type}` : `args: Partial<${type}> = {}`;
  const spread = needed ? "...args" : "...args, variables: args.variables ?? {}";
  // The live hooks, which resume, have the short names.
  const called = kind === "Subscription" ? `use${name}Subscription` : `use${name}`;
  return (
    `${doc}\nexport function ${called}(${given}) {\n` +
    `  return use${kind}({ query: op.${name}Document, ${spread} });\n}\n`
  );
}
