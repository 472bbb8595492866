using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Planes;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>What the kernel with its grid in registers consists of.</summary>
public unsafe class PlanesTests
{
    [Fact]
    public void ATableGivesEachOfIts256Bytes()
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has no avx2.");
        var random = new TestRandom(89);
        var table = new byte[ByteTable.Bytes];
        foreach (ref var entry in table.AsSpan())
            entry = (byte)random.Next();
        fixed (byte* entries = table)
        {
            for (var first = 0; first < table.Length; first += 32)
            {
                var index = Vector256<byte>.Indices + Vector256.Create((byte)first);
                Assert.Equal(Vector256.Load(entries + first), new ByteTable(index).LookUp(entries));
            }
        }
    }

    [Fact]
    public void ActivationsStandByTheirPlaceInTheGroup()
    {
        Assert.SkipUnless(Avx2.IsSupported, "This machine has no avx2.");
        using var input = KernelEqualityTests.Input(2, 512, ActivationPattern.Gaussian);
        var rows = input.Quantized(256, WorkerPool.Inline);
        var layout = GroupPlanesLayout.Instance;
        var packed = new byte[layout.Bytes(2, 512)];
        fixed (byte* target = packed)
            layout.Pack(rows, 2, 0, 2, target);
        for (var block = 0; block < 4; block++)
        {
            var bytes = packed.AsSpan(block * GroupPlanesLayout.Size, GroupPlanesLayout.Size);
            for (var place = 0; place < 32; place++)
            {
                var quants = rows.Quants(block / 2) + 256 * (block % 2) + 32 * GroupPlanesLayout.Order[place / 4] + 8 * (place % 4);
                for (var k = 0; k < 8; k++)
                {
                    Assert.Equal(Math.Abs((int)quants[k]), bytes[32 * k + place]);
                    Assert.Equal(quants[k] < 0, (bytes[GroupPlanesLayout.Signs + place] >> k & 1) != 0);
                }
            }
        }
    }
}
