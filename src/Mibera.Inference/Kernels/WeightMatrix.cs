using Mibera.Inference.Gguf;

namespace Mibera.Inference.Kernels;

/// <summary>
/// A weight matrix [rows, columns] in place: each row is a run of the format's blocks. It does not own its memory.
/// </summary>
internal readonly unsafe struct WeightMatrix(GgmlType type, byte* data, int rows, int columns)
{
    public GgmlType Type { get; } = type;

    public byte* Data { get; } = data;

    public int Rows { get; } = rows;

    /// <summary>Inputs; a multiple of the format's block.</summary>
    public int Columns { get; } = columns;

    public long RowBytes { get; } = type.RowBytes(columns);

    public byte* Row(int row) => Data + row * RowBytes;

    public WeightMatrix Slice(int firstRow, int rowCount) => new(Type, Row(firstRow), rowCount, Columns);
}
