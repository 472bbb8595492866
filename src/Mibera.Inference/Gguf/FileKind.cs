using System.Text;

namespace Mibera.Inference.Gguf;

/// <summary>Recognizes what people open by mistake instead of a GGUF file, so that the error can say so.</summary>
internal static class FileKind
{
    /// <summary>Bytes of the magic <c>GGUF</c>.</summary>
    public const int MagicBytes = 4;

    private const int HeadBytes = 512;

    /// <exception cref="GgufFormatException">The file does not begin with <c>GGUF</c>.</exception>
    public static void RequireGguf(GgufPart part)
    {
        Span<byte> head = stackalloc byte[(int)Math.Min(HeadBytes, part.Length)];
        part.Read(0, head);
        if (head.StartsWith("GGUF"u8)) return;
        var hint = Recognize(head) is { } kind ? $" This is {kind}." : "";
        throw new GgufFormatException($"{part.Path}: the file begins with {Show(head)}; 'GGUF' was expected.{hint}", part.Path) { Offset = 0 };
    }

    private static string? Recognize(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("FUGG"u8)) return "a big-endian GGUF file, which is not supported";
        if (head.StartsWith("version https://git-lfs"u8)) return "a Git LFS pointer: the file itself has not been downloaded";
        if (head.StartsWith("PK\u0003\u0004"u8)) return "a ZIP archive, perhaps a PyTorch checkpoint";
        if (head.StartsWith<byte>([0x1f, 0x8b])) return "a gzip archive: unpack it first";
        if (head.StartsWith("tjgg"u8) || head.StartsWith("lmgg"u8) || head.StartsWith("fmgg"u8) || head.StartsWith("algg"u8))
            return "a GGML file from before GGUF (2023), which is not supported";
        // safetensors: a 64-bit length, then JSON.
        if (head.Length > 8 && head[8] == '{') return "a safetensors file, perhaps: it must be converted to GGUF first";
        return RecognizeText(Encoding.UTF8.GetString(head).TrimStart('\uFEFF').TrimStart());
    }

    private static string? RecognizeText(string text)
    {
        if (text.StartsWith("<!DOCTYPE html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return "an HTML page, saved in place of the model: the address was a web page's, or asked for a login";
        if (text.StartsWith('<')) return "an XML or HTML text, perhaps a server's error message saved in place of the model";
        if (text.StartsWith('{')) return "a JSON text, perhaps a server's error message saved in place of the model";
        return null;
    }

    private static string Show(ReadOnlySpan<byte> head) =>
        MessageText.Quote(Encoding.Latin1.GetString(head[..Math.Min(MagicBytes, head.Length)]));
}
