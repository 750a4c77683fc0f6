// Runs policy documents for one request: scopes and sections after the reference ("Understanding policy configuration", "Error handling").
using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;
using Newtonsoft.Json.Linq;

public sealed class PolicyError : Exception
{
    public PolicyError(int status, string source, string reason, string message) : base(message) => (Status, Source_, Reason) = (status, source, reason);

    public int Status { get; }
    public string Source_ { get; }
    public string Reason { get; }
}

public sealed class Gateway : IExpressionContext
{
    private readonly XElement[] scopes;
    private readonly Policies policies;

    public Gateway(JObject scenario, IReadOnlyDictionary<string, XElement> documents, Dictionary<string, string> cache)
    {
        Scenario = scenario;
        Cache = cache;
        scopes = scenario["scopes"].Select(name => documents[(string)name]).ToArray();
        var request = (JObject)scenario["request"];
        Asked = new Request
        {
            Method = (string)request["method"] ?? "GET",
            Fields = Headers.From(request["headers"]),
            OriginalUrl = Url.Parse((string)request["url"]),
            Address = Url.Parse((string)request["url"]),
            Content = request["body"] is null ? null : new Body((string)request["body"]),
        };
        foreach (var parameter in (scenario["parameters"] as JObject)?.Properties() ?? Enumerable.Empty<JProperty>())
            Asked.Parameters[parameter.Name] = (string)parameter.Value;
        policies = new Policies(this, documents);
    }

    public JObject Scenario { get; }
    public Dictionary<string, string> Cache { get; }
    public Request Asked { get; }
    public Response Answer { get; set; }
    public Dictionary<string, object> Values { get; } = new();
    public JArray Trace { get; } = new();
    public double ElapsedSeconds { get; set; }
    public string Section { get; private set; } = "inbound";

    public IContextApi Api => null;
    public IDeployment Deployment => null;
    public TimeSpan Elapsed => TimeSpan.FromSeconds(ElapsedSeconds);
    public ILastError LastError { get; private set; }
    public IOperation Operation => null;
    public IProduct Product => Scenario["product"] is null ? null : new Named { Id = (string)Scenario["product"] };
    public IRequest Request => Asked;
    public Guid RequestId => Guid.Empty;
    public IResponse Response => Answer;
    public ISubscription Subscription => Scenario["subscription"] is null ? null : new Named { Id = (string)Scenario["subscription"] };
    public DateTime Timestamp => DateTime.UnixEpoch;
    public bool Tracing => false;
    public IReadOnlyDictionary<string, object> Variables => Values;

    public JObject Run()
    {
        var isReturned = false;
        try
        {
            isReturned = RunSection("inbound") || RunSection("backend") || RunSection("outbound");
        }
        catch (Exception error)
        {
            var known = error as PolicyError;
            LastError = new LastError
            {
                Source = known?.Source_ ?? "expression",
                Reason = known?.Reason ?? "ExpressionValueEvaluationFailure",
                Message = error.Message,
                Section = Section,
            };
            Answer = new Response { StatusCode = known?.Status ?? 500 };
            RunSection("on-error");
        }
        return new JObject { ["answer"] = (Answer ?? new Response()).ToJson(), ["trace"] = Trace, ["lastError"] = LastError?.Message, ["isReturned"] = isReturned };
    }

    private bool RunSection(string section)
    {
        Section = section;
        return policies.Run(Expand(section, scopes.Length - 1));
    }

    // <base /> stands for the same section of the scope around this one; the outermost has none.
    private IEnumerable<XElement> Expand(string section, int scope) =>
        scope < 0
            ? Enumerable.Empty<XElement>()
            : scopes[scope].Element(section).Elements().SelectMany(element => element.Name == "base" ? Expand(section, scope - 1) : new[] { element });
}
