/** The script that registers the app in Microsoft Entra ID, against a directory in a file. */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

const ACTION_GROUPS = "461e8683-5575-4561-ac7f-899cc907d62a";

const AppRoles = z.array(
  z.object({ id: z.guid(), value: z.string(), allowedMemberTypes: z.array(z.string()), isEnabled: z.literal(true) }),
);
const Directory = z.object({
  apps: z.array(z.looseObject({ name: z.string(), appId: z.string(), id: z.string() })),
  principals: z.array(z.string()),
  assignments: z.array(z.object({ principalId: z.string(), resourceId: z.string(), appRoleId: z.string() })),
  written: z.array(z.string()),
});

const roles = AppRoles.parse(JSON.parse(readFileSync("infra/entra/app-roles.json", "utf8")));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "register-"));
  copyFileSync("test/entra/az.mjs", join(folder, "az"));
  chmodSync(join(folder, "az"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function register(...words: string[]): { status: number | null; told: string; complaint: string } {
  const env = {
    // The fake before all else, and no azd.
    PATH: [folder, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    FAKE_DIRECTORY: join(folder, "directory.json"),
  };
  const { status, stdout, stderr } = spawnSync("sh", ["infra/entra/register.sh", ...words], { env, encoding: "utf8" });
  return { status, told: stdout, complaint: stderr };
}

function directory(): z.infer<typeof Directory> {
  return Directory.parse(JSON.parse(readFileSync(join(folder, "directory.json"), "utf8")));
}

const TOLD = "ENTRA_CLIENT_ID=app-id\nENTRA_IDENTIFIER_URI=api://app-id\nENTRA_WEBHOOK_OBJECT_ID=app-object\n";

describe("a first run", () => {
  it("registers the app with its roles, for tokens of version 2, and tells the ids", () => {
    expect(register("contoso")).toEqual({ status: 0, told: TOLD, complaint: expect.any(String) });
    expect(directory().apps).toMatchObject([
      {
        name: "foundry-failover-contoso",
        identifierUris: ["api://app-id"],
        appRoles: roles,
        api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ value: "user_impersonation" }], preAuthorizedApplications: [{}] },
      },
    ]);
  });

  it("gives Azure Monitor's action groups the one role that alerts need", () => {
    register("contoso");
    const webhook = roles.find(({ value }) => value === "ActionGroupsSecureWebhook");

    expect(directory().assignments).toEqual([
      { principalId: `sp-of-${ACTION_GROUPS}`, resourceId: "sp-of-app-id", appRoleId: webhook?.id },
    ]);
  });
});

it("a second run creates nothing, and tells the same", () => {
  register("contoso");
  const first = directory().written;
  expect(register("contoso").told).toBe(TOLD);

  const second = directory().written.slice(first.length);
  expect(second).toEqual(["PATCH /v1.0/applications/app-object", "PATCH /v1.0/applications/app-object"]);
});

it("two registrations of that name are refused before anything is written", () => {
  const apps = ["1", "2"].map((appId) => ({ name: "foundry-failover-contoso", appId, id: `object-${appId}` }));
  writeFileSync(join(folder, "directory.json"), JSON.stringify({ apps, principals: [], assignments: [], written: [] }));

  expect(register("contoso")).toMatchObject({ status: 1, complaint: expect.stringContaining("several registrations") });
  expect(directory().written).toEqual([]);
});

it("a run without a name is refused", () => {
  const { status, complaint } = register();

  expect([status, complaint]).toEqual([expect.any(Number), expect.stringContaining("give a name")]);
  expect(status).not.toBe(0);
  expect(existsSync(join(folder, "directory.json"))).toBe(false);
});

it("the registration's roles are those that the app asks for, each with an id of its own", () => {
  expect(roles.map(({ value }) => value)).toEqual(["Reader", "Operator", "Approver", "ActionGroupsSecureWebhook"]);
  expect(new Set(roles.map(({ id }) => id)).size).toBe(roles.length);
  expect(roles.find(({ value }) => value === "ActionGroupsSecureWebhook")?.allowedMemberTypes).toEqual(["Application"]);
});
