import type { AccessToken, TokenCredential } from "@azure/identity";

export interface RecordingCredential extends TokenCredential {
  /** Scopes asked for, in order. */
  readonly scopes: string[];
}

/** Always the same token; remembers what it was asked for. */
export function staticCredential(token = "test-token"): RecordingCredential {
  const scopes: string[] = [];
  return {
    scopes,
    async getToken(asked): Promise<AccessToken> {
      scopes.push(...[asked].flat());
      return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
}

export function failingCredential(message = "identity endpoint down"): TokenCredential {
  return {
    async getToken() {
      throw Object.assign(new Error(message), { name: "CredentialUnavailableError" });
    },
  };
}
