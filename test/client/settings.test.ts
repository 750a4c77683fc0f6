import { describe, expect, it } from "vitest";
import { parseSettings, USAGE } from "../../examples/client/settings.ts";

const PERSON = [
  "--endpoint",
  "https://fd.example.net/",
  "--audience",
  "api://models",
  "--model",
  "gpt-4o",
  "--tenant",
  "t",
  "--client-id",
  "c",
];

function without(flag: string): string[] {
  return PERSON.filter((_, index) => PERSON[index] !== flag && PERSON[index - 1] !== flag);
}

describe("the client's settings", () => {
  it("a person's, by flags, with what is assumed", () => {
    expect(parseSettings([...PERSON, "Who?", "Where?"], {})).toEqual({
      settings: {
        endpoint: "https://fd.example.net",
        audience: "api://models",
        model: "gpt-4o",
        signIn: { kind: "person", tenant: "t", clientId: "c", authority: "https://login.microsoftonline.com" },
        giveUpAfterSeconds: 90,
        stream: true,
        browser: true,
        questions: ["Who?", "Where?"],
      },
    });
  });

  it("a service needs no tenant and no client id; the environment does as well as flags", () => {
    const environment = { FAILOVER_ENDPOINT: "https://fd", FAILOVER_AUDIENCE: "a", FAILOVER_MODEL: "m", FAILOVER_SIGN_IN: "service" };
    expect(parseSettings(["--no-stream", "--no-browser"], { ...environment, FAILOVER_GIVE_UP_AFTER: "5" })).toMatchObject({
      settings: { signIn: { kind: "service", clientId: undefined }, giveUpAfterSeconds: 5, stream: false, browser: false, questions: [] },
    });
  });

  it("a flag wins over the environment, an empty variable is none", () => {
    expect(parseSettings(PERSON, { FAILOVER_MODEL: "other", FAILOVER_SIGN_IN: "" })).toMatchObject({ settings: { model: "gpt-4o" } });
  });

  it.each([
    ["no endpoint", without("--endpoint"), "--endpoint (or FAILOVER_ENDPOINT): is missing"],
    [
      "no TLS",
      [...without("--endpoint"), "--endpoint", "http://fd"],
      "--endpoint (or FAILOVER_ENDPOINT): must be an address that begins with https://",
    ],
    ["no tenant", without("--tenant"), "--tenant (or AZURE_TENANT_ID): is missing"],
    ["an empty model", [...without("--model"), "--model", ""], "--model (or FAILOVER_MODEL): is empty"],
    ["neither person nor service", [...PERSON, "--sign-in", "robot"], "--sign-in (or FAILOVER_SIGN_IN): must be person or service"],
    ["no number", [...PERSON, "--give-up-after", "soon"], "--give-up-after (or FAILOVER_GIVE_UP_AFTER): must be a number of seconds"],
    ["no time at all", [...PERSON, "--give-up-after", "0"], "--give-up-after (or FAILOVER_GIVE_UP_AFTER): must be 1 second or more"],
  ])("%s: named, with what is wanted", (_, args, problem) => {
    expect(parseSettings(args, {})).toEqual({ problems: [problem] });
  });

  it("an unknown flag is refused by name", () => {
    expect(parseSettings([...PERSON, "--modle", "x"], {})).toEqual({ problems: [expect.stringContaining("--modle")] });
  });

  it("all that is missing is told at once, and help tells every flag", () => {
    expect(parseSettings([], {})).toMatchObject({ problems: { length: 5 } });
    expect(parseSettings(["--help"], {})).toBe("help");
    expect(USAGE).toContain("AZURE_AUTHORITY_HOST");
  });
});
