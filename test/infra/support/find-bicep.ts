/** The Bicep compiler: the machine's own, else the NuGet package of a pinned version. It carries the ARM types of every resource. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const VERSION = "0.49.2";
const SYSTEMS: Readonly<Record<string, string>> = { linux: "linux", darwin: "osx", win32: "win" };
const EXECUTABLE = process.platform === "win32" ? "bicep.exe" : "bicep";

type Env = Readonly<Record<string, string | undefined>>;
export type Found = { readonly path: string } | { readonly missing: string };

/** `BICEP` (a path), `bicep` of the PATH, the package in NuGet's folder, the package restored into it. */
export function findBicep(env: Env = process.env): Found {
  const named = env["BICEP"];
  if (named) return existsSync(named) ? { path: named } : { missing: `BICEP names ${named}, which is not there` };
  const onPath = (env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, EXECUTABLE));
  const found = onPath.find((path) => existsSync(path));
  if (found) return { path: found };
  const runtime = `${SYSTEMS[process.platform] ?? process.platform}-${process.arch}`;
  const name = `Azure.Bicep.CommandLine.${runtime}`;
  const packages = env["NUGET_PACKAGES"] ?? join(homedir(), ".nuget", "packages");
  const path = join(packages, name.toLowerCase(), VERSION, "tools", EXECUTABLE);
  const problem = existsSync(path) ? undefined : restore(name, env);
  if (problem) return { missing: `no bicep on the PATH, and ${name} ${VERSION} cannot be restored: ${problem}` };
  if (!existsSync(path)) return { missing: `${name} ${VERSION} has no ${EXECUTABLE}` };
  // NuGet keeps no executable bit.
  chmodSync(path, 0o755);
  return { path };
}

/** A project of nothing but one package. */
function project(name: string): string {
  return `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup><PackageDownload Include="${name}" Version="[${VERSION}]" /></ItemGroup>
</Project>
`;
}

/** What went wrong, if anything. */
function restore(name: string, env: Env): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "restore-bicep-"));
  try {
    writeFileSync(join(folder, "restore.csproj"), project(name));
    const options = { cwd: folder, env: { ...env, DOTNET_CLI_TELEMETRY_OPTOUT: "1" }, encoding: "utf8", timeout: 180_000 } as const;
    const { error, status, stdout } = spawnSync("dotnet", ["restore", "--nologo"], options);
    if (error) return error.message;
    return status === 0 ? undefined : `dotnet restore ended with ${status}: ${stdout.trim().split("\n").slice(-3).join(" ")}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
