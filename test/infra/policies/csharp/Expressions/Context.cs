// What a policy expression sees, declared after the table "Context variable" of learn.microsoft.com/azure/api-management/api-management-policy-expressions.
// A member that is not here is not documented, and does not compile.
using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;

public interface IExpressionContext
{
    IContextApi Api { get; }
    IDeployment Deployment { get; }
    TimeSpan Elapsed { get; }
    ILastError LastError { get; }
    IOperation Operation { get; }
    IProduct Product { get; }
    IRequest Request { get; }
    Guid RequestId { get; }
    IResponse Response { get; }
    ISubscription Subscription { get; }
    DateTime Timestamp { get; }
    bool Tracing { get; }
    IReadOnlyDictionary<string, object> Variables { get; }
}

public interface IApi
{
    string Id { get; }
    string Name { get; }
    string Path { get; }
}

public interface IContextApi : IApi
{
    bool IsCurrentRevision { get; }
    string Revision { get; }
    string Version { get; }
}

public interface IDeployment
{
    string GatewayId { get; }
    string Region { get; }
    string ServiceName { get; }
    IReadOnlyDictionary<string, X509Certificate2> Certificates { get; }
}

public interface ILastError
{
    string Source { get; }
    string Reason { get; }
    string Message { get; }
    string Scope { get; }
    string Section { get; }
    string Path { get; }
    string PolicyId { get; }
}

public interface IOperation
{
    string Id { get; }
    string Method { get; }
    string Name { get; }
    string UrlTemplate { get; }
}

public interface IProduct
{
    string Id { get; }
    string Name { get; }
    bool ApprovalRequired { get; }
    int? SubscriptionLimit { get; }
    bool SubscriptionRequired { get; }
}

public interface ISubscription
{
    string Id { get; }
    string Key { get; }
    string Name { get; }
}

public interface IMessageBody
{
    T As<T>(bool preserveContent = false);
}

public interface IRequest
{
    IMessageBody Body { get; }
    IReadOnlyDictionary<string, string[]> Headers { get; }
    string IpAddress { get; }
    IReadOnlyDictionary<string, string> MatchedParameters { get; }
    string Method { get; }
    IUrl OriginalUrl { get; }
    IUrl Url { get; }
}

public interface IResponse
{
    IMessageBody Body { get; }
    IReadOnlyDictionary<string, string[]> Headers { get; }
    int StatusCode { get; }
    string StatusReason { get; }
}

public interface IUrl
{
    string Host { get; }
    string Path { get; }
    int Port { get; }
    IReadOnlyDictionary<string, string[]> Query { get; }
    string QueryString { get; }
    string Scheme { get; }
}

public interface Jwt
{
    string Algorithm { get; }
    IEnumerable<string> Audiences { get; }
    IReadOnlyDictionary<string, string[]> Claims { get; }
    DateTime? ExpirationTime { get; }
    string Id { get; }
    string Issuer { get; }
    DateTime? NotBefore { get; }
    string Subject { get; }
    string Type { get; }
}

public static class ContextExtensions
{
    public static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> values, string name, string defaultValue) =>
        values.TryGetValue(name, out var found) ? string.Join(",", found) : defaultValue;

    public static string GetValueOrDefault(this IReadOnlyDictionary<string, string> values, string name, string defaultValue) =>
        values.TryGetValue(name, out var found) ? found : defaultValue;

    // As documented, a value of another type is an error and not the default.
    public static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> values, string name, T defaultValue) =>
        values.TryGetValue(name, out var found) ? (T)found : defaultValue;
}
