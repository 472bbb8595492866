namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Matrix x vector of a format of 256-weight blocks on AVX-512.</summary>
internal sealed unsafe class SuperBlockDecode<TCell, TWalk> : RowGroupDecode
    where TCell : struct, ISuperBlockCell
    where TWalk : struct, IWalk
{
    public override IActivationLayout Layout => TCell.Layout;

    protected override int GroupRows => TWalk.Rows;

    protected override void Run(
        byte* data, nint stride, int rows, int columns, byte* packed, float* activationScales, float* output) =>
        TWalk.Run<TCell>(data, stride, rows, columns / 256, packed, activationScales, output);
}
