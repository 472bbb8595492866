using System.Runtime.CompilerServices;

namespace Mibera.Inference.Tokenization;

/// <summary>
/// GPT-2's way to write any byte as a printable character: the printable ones of Latin-1 stand for themselves, the other
/// 68 bytes are, in ascending order, U+0100 and what follows it. (<c>bytes_to_unicode</c> of OpenAI's gpt-2.)
/// </summary>
internal static class ByteLevelAlphabet
{
    private const int FirstShifted = 0x100;
    private const short NotInAlphabet = -1;

    // Character to byte; every character of the alphabet is below 0x144.
    private static readonly short[] Bytes = Build();

    /// <summary>The bytes that a token's text stands for.</summary>
    /// <param name="text">The token as UTF-8.</param>
    /// <param name="raw">Room for as many bytes as the text has.</param>
    /// <returns>Number of bytes written, or -1 where a character does not belong to the alphabet.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> raw)
    {
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            int character = text[i];
            if (character >= 0x80)
            {
                // The alphabet ends below U+0800, so a second byte is always the last.
                if ((character & 0xE0) != 0xC0 || i + 1 == text.Length) return -1;
                character = ((character & 0x1F) << 6) | (text[++i] & 0x3F);
                if (character >= Bytes.Length) return -1;
            }

            var b = Bytes[character];
            if (b == NotInAlphabet) return -1;
            raw[written++] = (byte)b;
        }

        return written;
    }

    private static short[] Build()
    {
        var bytes = new short[FirstShifted + 68];
        Array.Fill(bytes, NotInAlphabet);
        var shifted = FirstShifted;
        for (var b = 0; b <= byte.MaxValue; b++)
        {
            var printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            bytes[printable ? b : shifted++] = (short)b;
        }

        return bytes;
    }
}
