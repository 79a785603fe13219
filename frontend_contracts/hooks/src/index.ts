/** Outdial for React: a provider, a hook for every operation, and live hooks that resume. */
export * from "./core/index.ts";
export * from "./generated/hooks.ts";
export type * from "./generated/operations.ts";
export * as documents from "./generated/operations.ts";
export * from "./react/live.ts";
export { OutdialProvider, useOutdial } from "./react/provider.tsx";
