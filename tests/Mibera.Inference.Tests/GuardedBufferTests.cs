using System.Globalization;

namespace Mibera.Inference.Tests;

public unsafe class GuardedBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(10_000)]
    public void NeighboursAreInaccessible(int bytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux guards its pages here.");
        using var start = GuardedBuffer.AtStart(bytes);
        using var end = GuardedBuffer.AtEnd(bytes);
        foreach (var buffer in new[] { start, end })
        {
            buffer.Span.Fill(1);
            Assert.Equal("rw-p", Protection(buffer.Pointer));
            Assert.Equal("rw-p", Protection(buffer.Pointer + bytes - 1));
        }
        Assert.Equal("---p", Protection(start.Pointer - 1));
        Assert.Equal("---p", Protection(end.Pointer + bytes));
    }

    private static string Protection(byte* address)
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var fields = line.Split('-', ' ');
            var (from, to) = (Hex(fields[0]), Hex(fields[1]));
            if ((ulong)address >= from && (ulong)address < to)
                return line.Split(' ')[1];
        }
        return "unmapped";
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
