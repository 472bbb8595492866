using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>How <see cref="ActivationRecords"/> stores quants.</summary>
internal enum RecordKind
{
    /// <summary>int8, as they are.</summary>
    Plain,

    /// <summary>Plus 127, as unsigned bytes in [0, 254].</summary>
    Shifted,

    /// <summary>int16.</summary>
    Words,
}

/// <summary>
/// The activations of matrix x matrix, the same for all widths of vectors: chunk by chunk of 256 columns, and within a chunk a
/// record for each input row, so that a micro-kernel walks straight on.
/// <code>
/// bytes                  of a record
/// 256 (512)              quants
///  32   at SumsOffset    blocks of 256: sums of 16 quants, int16
///                        blocks of 32:  minus the sums of 32 quants, float
///  32   at ScalesOffset  blocks of 256: the scale, float; at +16 the sums of 32 quants, int16
///                        blocks of 32:  eight scales, float
/// </code>
/// Offsets count from the end of the quants. A row that ends within a chunk leaves the rest of the record undefined.
/// </summary>
internal sealed unsafe class ActivationRecords : IActivationLayout
{
    public const int SumsOffset = 0;
    public const int ScalesOffset = 32;
    public const int SumsOf32Offset = 48;

    /// <summary>Bytes after the quants.</summary>
    public const int BesideQuants = 64;

    private const int Step = 32;

    private static readonly ActivationRecords[] All = [.. Enum.GetValues<RecordKind>().SelectMany(
        kind => new[] { new ActivationRecords(32, kind), new ActivationRecords(256, kind) })];

    private readonly RecordKind _kind;

    private ActivationRecords(int block, RecordKind kind) => (Block, _kind) = (block, kind);

    public int Block { get; }

    public int RowGranularity => 1;

    /// <summary>The one layout of these properties: matrices that agree on them share it.</summary>
    public static ActivationRecords Of(int block, RecordKind kind) => All[2 * (int)kind + (block == 256 ? 1 : 0)];

    /// <summary>Bytes of a record whose quants take <paramref name="quantBytes"/> bytes each.</summary>
    public static int RecordBytes(int quantBytes) => quantBytes * PanelLayout.Chunk + BesideQuants;

    public long Bytes(int rows, int width) => (long)Chunks(width) * rows * RecordBytes(QuantBytes);

    public void Pack(QuantizedRows source, int rows, int begin, int end, byte* destination)
    {
        var recordBytes = RecordBytes(QuantBytes);
        for (var row = begin; row < end; row++)
        {
            for (var chunk = 0; chunk < Chunks(source.Width); chunk++)
            {
                var record = destination + ((long)chunk * rows + row) * recordBytes;
                var first = chunk * PanelLayout.Chunk;
                var count = Math.Min(PanelLayout.Chunk, source.Width - first);
                PackQuants(source.Quants(row) + first, count, record);
                PackSumsAndScales(
                    source.Sums(row) + first / 16, source.Scales(row) + first / Block, count, record + PanelLayout.Chunk * QuantBytes);
            }
        }
    }

    private int QuantBytes => _kind == RecordKind.Words ? 2 : 1;

    private static int Chunks(int width) => (width + PanelLayout.Chunk - 1) / PanelLayout.Chunk;

    private void PackQuants(sbyte* quants, int count, byte* target)
    {
        for (var i = 0; i < count; i += Step)
        {
            var step = Vector256.Load(quants + i);
            switch (_kind)
            {
                case RecordKind.Plain:
                    step.AsByte().Store(target + i);
                    break;
                case RecordKind.Shifted:
                    (step.AsByte() + Vector256.Create((byte)127)).Store(target + i);
                    break;
                default:
                    Vector256.WidenLower(step).Store((short*)target + i);
                    Vector256.WidenUpper(step).Store((short*)target + i + Step / 2);
                    break;
            }
        }
    }

    private void PackSumsAndScales(short* sums, float* scales, int count, byte* target)
    {
        if (Block == PanelLayout.Chunk)
        {
            Vector256.Load(sums).Store((short*)(target + SumsOffset));
            *(float*)(target + ScalesOffset) = scales[0];
            // |sum| <= 32 * 127.
            for (var j = 0; j < 8; j++)
                ((short*)(target + SumsOf32Offset))[j] = (short)(sums[2 * j] + sums[2 * j + 1]);
            return;
        }
        for (var u = 0; u < count / 32; u++)
        {
            ((float*)(target + SumsOffset))[u] = -(sums[2 * u] + sums[2 * u + 1]);
            ((float*)(target + ScalesOffset))[u] = scales[u];
        }
    }
}
