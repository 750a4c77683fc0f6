/** Which gateway differs from what is shipped, or from the others. */
import type { Difference } from "./difference.ts";
import { shortDiff } from "./difference.ts";
import type { Running } from "./gateway.ts";
import { isMeantFor, type Shipped } from "./shipped.ts";

/** Meant to differ from gateway to gateway: each has its own location. */
const OWN_LOCATION = "region";

export function compare(shipped: Shipped, running: readonly Running[]): readonly Difference[] {
  return [...running.flatMap((one) => [...fromShipped(shipped, one), ...fromEstate(shipped, one)]), ...fromOthers(shipped, running)];
}

function fromShipped({ files }: Shipped, { gateway: { id: gateway }, things }: Running): readonly Difference[] {
  return files.flatMap((file) => {
    const meant = things.filter((thing) => thing.scope === file.scope && isMeantFor(file, thing.name));
    if (meant.length === 0) return [{ gateway, item: file.path, text: "is missing", lines: [] }];
    return meant.flatMap(({ item, lines }) => {
      const changed = shortDiff(file.lines, lines);
      return changed.length === 0 ? [] : [{ gateway, item, text: `differs from ${file.path}`, lines: changed }];
    });
  });
}

/** What the estate says that must be there. */
function fromEstate({ breaker, namedValues }: Shipped, { gateway, backends, namedValues: given }: Running): readonly Difference[] {
  const missing = [...namedValues].filter((name) => !given.some((value) => value.name.toLowerCase() === name.toLowerCase()));
  const own = given.find(({ name }) => name.toLowerCase() === OWN_LOCATION);
  const elsewhere = own !== undefined && own.value !== gateway.region;
  const members = new Set(gateway.pools.flatMap((pool) => pool.members.map(({ backend }) => backend)));
  return [
    ...missing.map((name) => ({
      gateway: gateway.id,
      item: `named value ${name}`,
      text: "is missing, and the shipped policies use it",
      lines: [],
    })),
    ...(elsewhere
      ? [
          {
            gateway: gateway.id,
            item: `named value ${OWN_LOCATION}`,
            text: "is not where the gateway stands",
            lines: shortDiff([gateway.region], [own.value ?? "(secret)"]),
          },
        ]
      : []),
    ...[...members].flatMap((name) => {
      const backend = backends.find((found) => found.name.toLowerCase() === name.toLowerCase());
      if (backend === undefined) return [{ gateway: gateway.id, item: `backend ${name}`, text: "is missing", lines: [] }];
      const lines = shortDiff(breaker, backend.breaker);
      return lines.length === 0
        ? []
        : [{ gateway: gateway.id, item: `backend ${name}`, text: "has another circuit breaker than gateway/breaker.json", lines }];
    }),
  ];
}

/** What is not shipped has no other measure than the gateways themselves: the one that most of them have. */
function fromOthers({ files }: Shipped, running: readonly Running[]): readonly Difference[] {
  const sheets = running.map(({ gateway, ...rest }) => ({ gateway: gateway.id, items: sheetOf(rest, files) }));
  const items = new Set(sheets.flatMap((sheet) => [...sheet.items.keys()]));
  return [...items].flatMap((item) => {
    const usual = mostCommon(sheets.map((sheet) => sheet.items.get(item)));
    return sheets.flatMap(({ gateway, items: own }): readonly Difference[] => {
      const lines = own.get(item);
      if (lines?.join("\n") === usual?.join("\n")) return [];
      if (lines === undefined) return [{ gateway, item, text: "is missing, and others have it", lines: [] }];
      if (usual === undefined) return [{ gateway, item, text: "is there, and others do not have it", lines: [] }];
      return [{ gateway, item, text: "differs from the others", lines: shortDiff(usual, lines) }];
    });
  });
}

type Sheet = ReadonlyMap<string, readonly string[]>;

function sheetOf({ things, namedValues, backends }: Omit<Running, "gateway">, files: Shipped["files"]): Sheet {
  const isShipped = ({ scope, name }: Running["things"][number]): boolean =>
    files.some((file) => file.scope === scope && isMeantFor(file, name));
  const others = things.filter((thing) => !isShipped(thing));
  return new Map([
    ...others.map(({ item, lines }): [string, readonly string[]] => [item, lines]),
    ...namedValues
      .filter(({ name }) => name.toLowerCase() !== OWN_LOCATION)
      .map(({ name, value }): [string, readonly string[]] => [`named value ${name}`, [value ?? "(secret)"]]),
    ...backends.map(({ name, url }): [string, readonly string[]] => [`backend ${name}`, [url]]),
  ]);
}

/** Of a tie the first. */
function mostCommon(all: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const texts = all.map((lines) => lines?.join("\n"));
  const times = (text: string | undefined): number => texts.filter((other) => other === text).length;
  const most = Math.max(...texts.map(times));
  return all[texts.findIndex((text) => times(text) === most)];
}
