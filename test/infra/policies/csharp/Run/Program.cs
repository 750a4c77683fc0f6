// A line {"documents": {name: xml}, "scenarios": [...]} comes in, a line {"members": [...], "results": [...]} goes out, until there is no more.
// Scenarios run in order; those of one "cache" share the gateway's cache.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;
using Newtonsoft.Json.Linq;

while (Console.In.ReadLine() is { } line) Console.WriteLine(Answer(JObject.Parse(line)).ToString(Newtonsoft.Json.Formatting.None));

static JObject Answer(JObject input)
{
    var documents = ((JObject)input["documents"]).Properties().ToDictionary(property => property.Name, property => XElement.Parse((string)property.Value));
    var caches = new Dictionary<string, Dictionary<string, string>>();
    var results = new JArray();
    foreach (var scenario in input["scenarios"].Cast<JObject>())
    {
        var name = (string)scenario["cache"] ?? Guid.NewGuid().ToString();
        if (!caches.ContainsKey(name)) caches[name] = new Dictionary<string, string>();
        results.Add(new Gateway(scenario, documents, caches[name]).Run());
    }
    var members = new JArray(UsedMembers.Of(typeof(Generated).Assembly.Location));
    return new JObject { ["members"] = members, ["results"] = results };
}
