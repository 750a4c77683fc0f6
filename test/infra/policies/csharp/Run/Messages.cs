// The objects behind the interfaces, made from a scenario's JSON.
using System;
using System.Collections.Generic;
using System.Linq;
using Newtonsoft.Json.Linq;

public sealed class Body : IMessageBody
{
    private readonly string text;
    private bool isGone;

    public Body(string text) => this.text = text;

    public string Text => text;

    // Reading without preserveContent uses the stream up: a second reader finds nothing, as on the gateway.
    public T As<T>(bool preserveContent = false)
    {
        if (isGone) throw new InvalidOperationException("The body was read before without preserveContent.");
        isGone = !preserveContent;
        if (typeof(T) == typeof(string)) return (T)(object)text;
        if (typeof(T) == typeof(JObject)) return (T)(object)JObject.Parse(text);
        if (typeof(T) == typeof(JToken)) return (T)(object)JToken.Parse(text);
        throw new NotSupportedException($"As<{typeof(T).Name}>");
    }
}

public sealed class Headers : Dictionary<string, string[]>
{
    public Headers() : base(StringComparer.OrdinalIgnoreCase) { }

    public static Headers From(JToken json)
    {
        var headers = new Headers();
        foreach (var property in (json as JObject)?.Properties() ?? Enumerable.Empty<JProperty>())
            headers[property.Name] = new[] { (string)property.Value };
        return headers;
    }

    public void Change(string name, string action, string[] values)
    {
        if (action == "delete") Remove(name);
        else if (action == "append" && TryGetValue(name, out var before)) this[name] = before.Concat(values).ToArray();
        else if (action != "skip" || !ContainsKey(name)) this[name] = values;
    }

    public JObject ToJson() => new(this.Select(header => new JProperty(header.Key.ToLowerInvariant(), string.Join(",", header.Value))));
}

public sealed class Url : IUrl
{
    public string Scheme { get; set; } = "https";
    public string Host { get; set; } = "";
    public int Port => 443;
    public string Path { get; set; } = "";
    public Headers Values { get; } = new();
    public IReadOnlyDictionary<string, string[]> Query => Values;
    public string QueryString => Values.Count == 0 ? "" : "?" + string.Join("&", Values.Select(value => $"{value.Key}={string.Join(",", value.Value)}"));

    public static Url Parse(string text)
    {
        var uri = new Uri(text);
        var url = new Url { Scheme = uri.Scheme, Host = uri.Host, Path = uri.AbsolutePath };
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (pair.Split('=')[0], pair.Contains('=') ? pair[(pair.IndexOf('=') + 1)..] : "");
            url.Values[name] = new[] { Uri.UnescapeDataString(value) };
        }
        return url;
    }
}

public sealed class Request : IRequest
{
    public string Method { get; set; } = "GET";
    public Body Content { get; set; }
    public IMessageBody Body => Content;
    public Headers Fields { get; set; } = new();
    public IReadOnlyDictionary<string, string[]> Headers => Fields;
    public string IpAddress => "192.0.2.1";
    public Dictionary<string, string> Parameters { get; } = new();
    public IReadOnlyDictionary<string, string> MatchedParameters => Parameters;
    public IUrl OriginalUrl { get; set; }
    public Url Address { get; set; } = new();
    public IUrl Url => Address;

    public JObject ToJson() => new()
    {
        ["method"] = Method,
        ["url"] = $"{Address.Scheme}://{Address.Host}{Address.Path}{Address.QueryString}",
        ["headers"] = Fields.ToJson(),
        ["body"] = Content?.Text,
    };
}

public sealed class Response : IResponse
{
    public int StatusCode { get; set; } = 200;
    public string StatusReason { get; set; } = "";
    public Body Content { get; set; } = new("");
    public IMessageBody Body => Content;
    public Headers Fields { get; set; } = new();
    public IReadOnlyDictionary<string, string[]> Headers => Fields;

    public static Response From(JObject json) => new()
    {
        StatusCode = (int)json["status"],
        StatusReason = (string)json["reason"] ?? "",
        Fields = global::Headers.From(json["headers"]),
        Content = new Body((string)json["body"] ?? ""),
    };

    public JObject ToJson() => new() { ["status"] = StatusCode, ["headers"] = Fields.ToJson(), ["body"] = Content.Text };
}

public sealed class LastError : ILastError
{
    public string Source { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
    public string Scope => "api";
    public string Section { get; set; } = "";
    public string Path => "";
    public string PolicyId => "";
}

public sealed class Named : IProduct, ISubscription
{
    public string Id { get; set; }
    public string Name => Id;
    public string Key => "key";
    public bool ApprovalRequired => false;
    public int? SubscriptionLimit => null;
    public bool SubscriptionRequired => false;
}

public sealed class Token : Jwt
{
    private readonly JObject claims;

    public Token(JObject claims) => this.claims = claims;

    public string Algorithm => "RS256";
    public string Id => "1";
    public string Issuer => "";
    public string Type => "JWT";
    public string Subject => (string)claims["sub"] ?? "";
    public DateTime? ExpirationTime => null;
    public DateTime? NotBefore => null;
    public IEnumerable<string> Audiences => new[] { (string)claims["aud"] ?? "" };
    public IReadOnlyDictionary<string, string[]> Claims => global::Headers.From(claims);
}
