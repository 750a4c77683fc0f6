/** What the durable client binding gives a function: URLs. The names and their order are the extension's. */

export interface Webhooks {
  readonly taskHubName: string;
  /** `http://…/runtime/webhooks/durabletask`. */
  readonly baseUrl: string;
  /** `http://…/durabletask/`: where the SDK's client really goes. */
  readonly rpcBaseUrl: string;
  readonly key: string;
}

export interface ManagementUrls {
  readonly id: string;
  readonly statusQueryGetUri: string;
  readonly sendEventPostUri: string;
  readonly terminatePostUri: string;
  readonly rewindPostUri: string;
  readonly purgeHistoryDeleteUri: string;
  readonly restartPostUri: string;
  readonly suspendPostUri: string;
  readonly resumePostUri: string;
}

export function managementUrls(webhooks: Webhooks, instanceId: string): ManagementUrls {
  const instance = `${webhooks.baseUrl}/instances/${instanceId}`;
  const query = `taskHub=${webhooks.taskHubName}&connection=Storage&code=${encodeURIComponent(webhooks.key)}`;
  return {
    id: instanceId,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    rewindPostUri: `${instance}/rewind?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
  };
}

/** JSON text of the binding. */
export function clientBinding(webhooks: Webhooks): string {
  const code = `code=${encodeURIComponent(webhooks.key)}`;
  const creation = `${webhooks.baseUrl}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: webhooks.taskHubName,
    creationUrls: {
      createNewInstancePostUri: `${creation}?${code}`,
      createAndWaitOnNewInstancePostUri: `${creation}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${code}`,
    },
    managementUrls: managementUrls(webhooks, "INSTANCEID"),
    baseUrl: webhooks.baseUrl,
    requiredQueryStringParameters: code,
    rpcBaseUrl: webhooks.rpcBaseUrl,
  });
}
