/**
 * The module `@azure/functions-core`. No package provides it: the real worker answers `require("@azure/functions-core")` itself, and
 * so does this file. What an app registers while it is imported is collected here, in the order of registration.
 */
import { Module } from "node:module";

export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly [setting: string]: unknown;
}

export type Handler = (...args: unknown[]) => unknown;

export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly handler: Handler;
}

/** What `@azure/functions` gives the worker to run invocations with. */
export interface ProgrammingModel {
  getInvocationModel(context: CoreContext): InvocationModel;
  getCapabilities(capabilities: object): Promise<unknown>;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: Handler): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: TypedData | null }>;
}

export interface CoreContext {
  readonly invocationId: string;
  readonly metadata: { readonly name: string; readonly bindings: Readonly<Record<string, Binding>> };
  readonly request: {
    readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
    readonly triggerMetadata: Readonly<Record<string, TypedData>>;
    readonly traceContext: { readonly traceParent: string; readonly traceState: string; readonly attributes: object };
  };
  log(level: string, category: string, message: string): void;
}

/** A value as it crosses the wire between host and worker. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: HttpData;
}

export interface HttpData {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: TypedData | null;
  readonly statusCode?: string;
  readonly cookies?: readonly unknown[];
}

export interface Registrations {
  readonly functions: readonly RegisteredFunction[];
  readonly model: ProgrammingModel;
}

const registered = new Map<string, RegisteredFunction>();
let model: ProgrammingModel | undefined;
let isProvided = false;

/**
 * Imports an app and returns what it registered. An app registers once per process, however often it is imported: keep the result for
 * a second host. Nothing may have used `app` of `@azure/functions` before.
 */
export async function collectRegistrations(importApp: () => Promise<unknown>): Promise<Registrations> {
  provideCoreModule();
  const before = new Set(registered.keys());
  await importApp();
  const functions = [...registered.values()].filter(({ name }) => !before.has(name));
  if (model === undefined || functions.length === 0) {
    throw new Error("The app registered no functions: it was imported before, or @azure/functions was in use before this call.");
  }
  await model.getCapabilities({});
  return { functions, model };
}

const coreModule = {
  version: "4.0.0-local",
  hostVersion: "4.0.0-local",
  registerFunction(metadata: { name: string; bindings: Record<string, Binding> }, handler: Handler): object {
    if (registered.has(metadata.name)) {
      throw new Error(`A function with the name "${metadata.name}" is registered twice.`);
    }
    registered.set(metadata.name, { name: metadata.name, bindings: metadata.bindings, handler });
    return {};
  },
  registerHook(name: string): never {
    throw new Error(`The local Functions host does not serve hooks; the app registered "${name}".`);
  },
  setProgrammingModel(given: ProgrammingModel): void {
    model = given;
  },
  getProgrammingModel: () => model,
  log: () => undefined,
};

function provideCoreModule(): void {
  if (isProvided) {
    return;
  }
  isProvided = true;
  const realRequire = Module.prototype.require;
  Module.prototype.require = Object.assign(function require(this: Module, id: string): unknown {
    return id === "@azure/functions-core" ? coreModule : realRequire.call(this, id);
  }, realRequire);
}
