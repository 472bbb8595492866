using System.Reflection;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Tests.Kernels;

public class RowPairsTests
{
    [Fact]
    public void FormatsWhoseRowsAreUnpackedInPairsHaveWhatThatRestsOn()
    {
        var formats = typeof(IVectorFormat).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(typeof(IVectorFormat)));
        var check = typeof(RowPairsTests).GetMethod(nameof(UnpacksRowPairs), BindingFlags.Static | BindingFlags.NonPublic)!;
        var paired = formats.Count(format => (bool)check.MakeGenericMethod(format).Invoke(null, null)!);
        Assert.Equal(2, paired);
    }

    private static bool UnpacksRowPairs<TFormat>()
        where TFormat : struct, IVectorFormat
    {
        if (!TFormat.UnpacksRowPairs) return false;
        Assert.Equal((true, true, false, 32), (TFormat.HasScales, TFormat.HasMins, TFormat.HasOffsets, TFormat.ScaleSpan));
        return true;
    }
}
