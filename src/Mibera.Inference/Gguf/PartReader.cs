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
        var number = metadata.GetUInt32OrNull(NumberKey) ?? throw Wrong(metadata, NumberKey, $"there is no such key, but {CountKey} is {count}");
        var name = SplitName.Parse(path);
        if (number != 0)
        {
            var first = name is { } part ? $", {part.PathOf(1)}" : "";
            throw Wrong(metadata, NumberKey, $"this is part {number + 1L} of {count}; the first part must be given{first}");
        }

        if (name is not { } parsed)
            throw Wrong(metadata, CountKey, $"the model has {count} parts, so this file's name must end in -00001-of-{count:D5}.gguf");
        if (parsed.Count != count || parsed.Number != 1)
        {
            throw Wrong(metadata, CountKey,
                $"the file is part 1 of {count}, but its name says {parsed.Number} of {parsed.Count}: it was renamed, or is part of another model");
        }

        return parsed;
    }

    private static void RequireAllThere(SplitName name, string path)
    {
        const int named = 3;
        var missing = Enumerable.Range(2, name.Count - 1).Select(name.PathOf).Where(part => !File.Exists(part)).ToList();
        if (missing.Count == 0) return;
        var list = string.Join(", ", missing.Take(named)) + (missing.Count > named ? $" and {missing.Count - named} more" : "");
        throw new ModelIOException($"{path}: the model has {name.Count} parts, of which {missing.Count} are missing: {list}", path);
    }

    private static void RequirePart(GgufMetadata metadata, int number, GgufMetadata first)
    {
        Require(NumberKey, (uint)number - 1);
        Require(CountKey, first.GetUInt32OrNull(CountKey));
        Require(TensorsKey, first.GetUInt32OrNull(TensorsKey));

        void Require(string key, uint? expected)
        {
            var found = metadata.GetUInt32OrNull(key);
            if (found == expected) return;
            throw Wrong(metadata, key, $"{Show(found)} was found; {Show(expected)} was expected, after the file's name and the first part");
        }
    }

    private static void RequireTensorCount(GgufMetadata metadata, long found)
    {
        if (metadata.GetUInt32OrNull(TensorsKey) is { } expected && expected != found)
            throw Wrong(metadata, TensorsKey, $"the parts have {found} tensors together; {expected} were expected");
    }

    private static string Show(uint? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no such key";

    private static GgufFormatException Wrong(GgufMetadata metadata, string key, string problem) =>
        new($"{metadata.File}: key '{key}': {problem}.", metadata.File) { Key = key };
}
