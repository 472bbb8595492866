using System.Globalization;

namespace Mibera.Inference.Gguf;

/// <summary>
/// Opens a model with all its parts. What llama.cpp's gguf-split writes: every part has <c>split.no</c> (from 0),
/// <c>split.count</c> and <c>split.tensors.count</c>; the first has the model's metadata too.
/// </summary>
internal static class PartReader
{
    private const string NumberKey = "split.no";
    private const string CountKey = "split.count";
    private const string TensorsKey = "split.tensors.count";

    /// <summary>Opens the file and the further parts that it calls for, and reads their headers.</summary>
    /// <param name="path">The only file, or the first part.</param>
    /// <param name="parts">Filled as files are opened, so that the caller can close them if one is wrong.</param>
    public static List<GgufHeader> ReadAll(string path, List<GgufPart> parts)
    {
        var first = ReadPart(path, parts);
        var headers = new List<GgufHeader> { first };
        // A merged model keeps the key with the value 0.
        var count = first.Metadata.GetUInt32OrNull(CountKey) ?? 0;
        if (count <= 1) return headers;

        var name = RequireFirst(first.Metadata, path, count);
        RequireAllThere(name, path);
        for (var number = 2; number <= name.Count; number++)
        {
            var header = ReadPart(name.PathOf(number), parts);
            RequirePart(header.Metadata, number, first.Metadata);
            headers.Add(header);
        }

        RequireTensorCount(first.Metadata, headers.Sum(header => (long)header.Tensors.Count));
        return headers;
    }

    private static GgufHeader ReadPart(string path, List<GgufPart> parts)
    {
        parts.Add(GgufPart.Open(path));
        return HeaderReader.Read(parts[^1], parts.Count - 1);
    }

    private static SplitName RequireFirst(GgufMetadata metadata, string path, uint count)
    {
        var number = metadata.GetUInt32OrNull(NumberKey) ?? throw metadata.Error(NumberKey, $"is missing, but {CountKey} is {count}");
        var name = SplitName.Parse(path);
        if (number != 0)
        {
            var first = name is { } part ? $", {part.PathOf(1)}" : "";
            throw metadata.Error(NumberKey, $"says that this is part {number + 1L} of {count}; the first part must be given{first}");
        }

        if (name is not { } parsed)
            throw metadata.Error(CountKey, $"says that the model has {count} parts, so this file's name must end in -00001-of-{count:D5}.gguf");
        if (parsed.Count != count || parsed.Number != 1)
        {
            throw metadata.Error(CountKey,
                $"says that the file is part 1 of {count}, but its name says {parsed.Number} of {parsed.Count}: it was renamed, or is part of another model");
        }

        return parsed;
    }

    private static void RequireAllThere(SplitName name, string path)
    {
        const int Named = 3;
        var missing = 0;
        var list = new List<string>(Named);
        for (var number = 2; number <= name.Count; number++)
        {
            var part = name.PathOf(number);
            if (File.Exists(part)) continue;
            missing++;
            if (list.Count < Named) list.Add(part);
        }

        if (missing == 0) return;
        var more = missing > Named ? $" and {missing - Named} more" : "";
        throw new ModelIOException($"{path}: the model has {name.Count} parts, of which {missing} are missing: {string.Join(", ", list)}{more}", path);
    }

    private static void RequirePart(GgufMetadata metadata, int number, GgufMetadata first)
    {
        Require(NumberKey, (uint)number - 1);
        Require(CountKey, first.GetUInt32OrNull(CountKey));
        if (first.GetUInt32OrNull(TensorsKey) is { } tensors && metadata.ContainsKey(TensorsKey)) Require(TensorsKey, tensors);

        void Require(string key, uint? expected)
        {
            var found = metadata.GetUInt32OrNull(key);
            if (found == expected) return;
            throw metadata.Error(key, $"is {Show(found)}; {Show(expected)} was expected, by the file's name and the first part");
        }
    }

    private static void RequireTensorCount(GgufMetadata metadata, long found)
    {
        if (metadata.GetUInt32OrNull(TensorsKey) is { } expected && expected != found)
            throw metadata.Error(TensorsKey, $"is {expected}, but the parts have {found} tensors together");
    }

    private static string Show(uint? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "missing";
}
