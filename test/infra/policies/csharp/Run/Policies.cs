// What each policy does, as its page of the policy reference says. A policy that is not here is an error.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;
using Newtonsoft.Json.Linq;

public sealed class Policies
{
    private readonly Gateway gateway;
    private readonly IReadOnlyDictionary<string, XElement> documents;

    public Policies(Gateway gateway, IReadOnlyDictionary<string, XElement> documents) => (this.gateway, this.documents) = (gateway, documents);

    // True when a policy has answered and nothing else runs.
    public bool Run(IEnumerable<XElement> policies) => policies.Any(Run);

    private bool Run(XElement policy)
    {
        if ((string)gateway.Scenario["breaks"] == policy.Name.LocalName && gateway.Section != "on-error")
            throw new PolicyError(500, policy.Name.LocalName, "PolicyFailure", "It broke.");
        switch (policy.Name.LocalName)
        {
            case "choose": return Choose(policy);
            case "include-fragment": return Run(documents["fragments/" + Text(policy, "fragment-id")].Elements());
            case "retry": return Retry(policy);
            case "return-response": return ReturnResponse(policy);
            case "set-variable": gateway.Values[Text(policy, "name")] = Allowed(Expression(policy.Attribute("value").Value)); return false;
            case "set-header": SetHeader(policy, gateway.Section is "inbound" or "backend" ? gateway.Asked.Fields : gateway.Answer.Fields); return false;
            case "set-query-parameter": SetHeader(policy, gateway.Asked.Address.Values); return false;
            case "set-body": SetBody(policy); return false;
            case "rewrite-uri": gateway.Asked.Address.Path = Text(policy, "template"); return false;
            case "set-backend-service": Note(policy, "backend-id"); return false;
            case "cache-lookup-value": LookUp(policy); return false;
            case "cache-store-value": Store(policy); return false;
            case "send-request": SendRequest(policy); return false;
            case "forward-request": Forward(policy); return false;
            case "validate-azure-ad-token": ValidateToken(policy); return false;
            case "llm-token-limit": LimitTokens(policy); return false;
            case "llm-emit-token-metric": EmitMetric(policy); return false;
            case "authentication-managed-identity": gateway.Asked.Fields["Authorization"] = new[] { "Bearer of " + Text(policy, "resource") }; return false;
            default: throw new NotSupportedException($"<{policy.Name}>");
        }
    }

    private bool Choose(XElement policy)
    {
        var chosen = policy.Elements("when").FirstOrDefault(when => (bool)Expression(when.Attribute("condition").Value)) ?? policy.Element("otherwise");
        return chosen is not null && Run(chosen.Elements());
    }

    private bool Retry(XElement policy)
    {
        for (var tries = 0; ; tries++)
        {
            PolicyError error = null;
            try
            {
                if (Run(policy.Elements())) return true;
            }
            catch (PolicyError failed)
            {
                (error, gateway.Answer) = (failed, null);
            }
            if (tries < int.Parse(Text(policy, "count")) && (bool)Expression(policy.Attribute("condition").Value)) continue;
            return error is null ? false : throw error;
        }
    }

    private bool ReturnResponse(XElement policy)
    {
        var status = policy.Element("set-status");
        var answer = new Response { StatusCode = status is null ? 200 : int.Parse(Text(status, "code")) };
        foreach (var header in policy.Elements("set-header")) SetHeader(header, answer.Fields);
        if (policy.Element("set-body") is { } body) answer.Content = new Body(Value(body));
        gateway.Answer = answer;
        return true;
    }

    private void SetHeader(XElement policy, Headers headers) =>
        headers.Change(Text(policy, "name"), Text(policy, "exists-action"), policy.Elements("value").Select(Value).ToArray());

    private void SetBody(XElement policy)
    {
        var body = new Body(Value(policy));
        if (gateway.Section == "inbound") gateway.Asked.Content = body;
        else gateway.Answer.Content = body;
    }

    private void LookUp(XElement policy)
    {
        if (gateway.Cache.TryGetValue(Text(policy, "key"), out var found)) gateway.Values[Text(policy, "variable-name")] = found;
        else if (policy.Attribute("default-value") is not null) gateway.Values[Text(policy, "variable-name")] = Text(policy, "default-value");
    }

    private void Store(XElement policy)
    {
        gateway.Cache[Text(policy, "key")] = Text(policy, "value");
        Note(policy, "key", "duration");
    }

    private void SendRequest(XElement policy)
    {
        var sent = new Request { Method = Value(policy.Element("set-method")), Address = Url.Parse(Value(policy.Element("set-url"))) };
        foreach (var header in policy.Elements("set-header")) SetHeader(header, sent.Fields);
        if (policy.Element("set-body") is { } body) sent.Content = new Body(Value(body));
        gateway.Trace.Add(new JObject { ["policy"] = "send-request", ["request"] = sent.ToJson() });
        // ignore-error: an error leaves null behind.
        gateway.Values[Text(policy, "response-variable-name")] = gateway.Scenario["asked"] is JObject answer ? Response.From(answer) : null;
    }

    // Each call takes the next of the scenario's answers; a string is the reason of a failure before there was one.
    private void Forward(XElement policy)
    {
        gateway.Trace.Add(new JObject { ["policy"] = "forward-request", ["timeout"] = Text(policy, "timeout"), ["request"] = gateway.Asked.ToJson() });
        var answers = (JArray)gateway.Scenario["answers"];
        var answer = answers.First;
        if (answers.Count > 1) answer.Remove();
        if (answer is JObject json)
        {
            gateway.Answer = Response.From(json);
            return;
        }
        var reason = (string)answer;
        if (reason == "Timeout") gateway.ElapsedSeconds += double.Parse(Text(policy, "timeout"));
        throw new PolicyError(500, "forward-request", reason, "https://aif-contoso-eastus2.openai.azure.com did not answer");
    }

    private void ValidateToken(XElement policy)
    {
        var token = gateway.Scenario["token"] is JObject claims ? new Token(claims) : null;
        bool Names(string list, string item, string value) =>
            policy.Element(list) is not { } names || names.Elements(item).Any(name => Value(name) == value);
        var isValid = token is not null
            && Names("audiences", "audience", token.Audiences.First())
            && Names("client-application-ids", "application-id", token.Claims.GetValueOrDefault("azp", token.Claims.GetValueOrDefault("appid", "")));
        if (!isValid) throw new PolicyError(401, "validate-azure-ad-token", "TokenInvalid", Text(policy, "failed-validation-error-message"));
        if (policy.Attribute("output-token-variable-name") is not null) gateway.Values[Text(policy, "output-token-variable-name")] = token;
    }

    private void LimitTokens(XElement policy)
    {
        Note(policy, "counter-key", "tokens-per-minute");
        if (gateway.Scenario["isOverTokenLimit"] is null) return;
        gateway.Values[Text(policy, "retry-after-variable-name")] = 17;
        throw new PolicyError(429, "llm-token-limit", "TokenLimitExceeded", "Token limit is exceeded. Try again in 17 seconds.");
    }

    private void EmitMetric(XElement policy) => gateway.Trace.Add(new JObject
    {
        ["policy"] = policy.Name.LocalName,
        ["dimensions"] = new JObject(policy.Elements("dimension").Where(dimension => dimension.Attribute("value") is not null)
            .Select(dimension => new JProperty(Text(dimension, "name"), Text(dimension, "value")))),
    });

    private void Note(XElement policy, params string[] attributes) => gateway.Trace.Add(new JObject(
        new[] { new JProperty("policy", policy.Name.LocalName) }.Concat(attributes.Select(name => new JProperty(name, Text(policy, name))))));

    private string Text(XElement element, string attribute) => Convert.ToString(Expression(element.Attribute(attribute).Value));

    private string Value(XElement element) => Convert.ToString(Expression(element.Value.Trim()));

    private object Expression(string text) => text.StartsWith('@') ? Generated.All[text](gateway) : text;

    // set-variable's page, "Allowed types".
    private static object Allowed(object value) =>
        value is null or bool or string or int or long or double or decimal or Guid or char or DateTime or TimeSpan
            ? value
            : throw new InvalidOperationException($"set-variable does not take a {value.GetType().Name}.");
}
