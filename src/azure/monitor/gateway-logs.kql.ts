/**
 * Requests that gateways sent to backends, by minute, gateway and backend.
 *
 * Columns as Microsoft's reference of both tables lists them. Assumed, because no reference says it: of a request that was retried, a
 * gateway logs the last try alone; where a backend gave no answer, `BackendResponseCode` is empty or 0 and `LastErrorReason` one of the
 * two of `forward-request`. Those two alone count as no answer: a policy that refused before, or a client that left, is not the backend's doing.
 * Of a message log that was split into pieces only one row has the tokens, so the greatest counts. The union keeps the query whole where
 * the language-model log was never turned on and its table does not exist. Without any row of it in a minute, tokens are unknown.
 */
export const GATEWAY_TRAFFIC = `
let spent = union isfuzzy=true
    (datatable(CorrelationId: string, TotalTokens: int) []),
    (ApiManagementGatewayLlmLog | project CorrelationId, TotalTokens)
  | where isnotempty(CorrelationId)
  | summarize Spent = max(TotalTokens) by CorrelationId;
ApiManagementGatewayLogs
| where isnotempty(BackendId)
| extend Code = coalesce(toint(BackendResponseCode), 0)
| extend NoAnswer = Code == 0 and LastErrorReason in~ ("BackendConnectionFailure", "Timeout")
| where Code > 0 or NoAnswer
| join kind=leftouter spent on CorrelationId
| summarize
    Answered = countif(Code between (200 .. 299)),
    ServerErrors = countif(Code >= 500 or NoAnswer),
    Throttled = countif(Code == 429),
    LatencyMilliseconds = avgif(BackendTime, Code between (200 .. 299)),
    Counted = countif(isnotnull(Spent)),
    Tokens = sum(Spent)
  by Minute = bin(TimeGenerated, 1m), Gateway = tolower(_ResourceId), Backend = tolower(BackendId)
| order by Minute asc
`.trim();
