// Every type and member of the libraries that the compiled expressions use, as "System.Math.Min", from the assembly's own tables.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

public static class UsedMembers
{
    public static IEnumerable<string> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var reader = file.GetMetadataReader();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            var type = NameOf(reader, member.Parent);
            if (type is not null) found.Add($"{type}.{reader.GetString(member.Name)}");
        }
        return found;
    }

    private static string NameOf(MetadataReader reader, EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeReference)
        {
            var type = reader.GetTypeReference((TypeReferenceHandle)handle);
            var space = type.ResolutionScope.Kind == HandleKind.TypeReference ? NameOf(reader, type.ResolutionScope) : reader.GetString(type.Namespace);
            return $"{space}.{reader.GetString(type.Name).Split('`')[0]}";
        }
        if (handle.Kind != HandleKind.TypeSpecification) return null;
        var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return null;
        blob.ReadCompressedInteger();
        return NameOf(reader, blob.ReadTypeHandle());
    }
}
