namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// A panel: <see cref="TileRows"/> rows of weights by <see cref="Chunk"/> columns, unpacked, in groups of as many rows as a
/// vector has lanes (V is the vector's size in bytes). All formats of an instruction set are laid out alike:
/// <code>
/// vectors                   of a group
///  64 (128)                 weights: quads of bytes, or pairs of int16, of each row; ascending columns
///  16   V * ScalesOffset    sub-block scales
///   8   ... MinsOffset      sub-block minimums of 16 or 32, two int16 in a lane
///  16   ... StartsOffset    what a unit's int32 sum starts with
///  16   ... UnitsOffset     float scales of the units
///  16   ... MinUnitsOffset  float scales of the units' minimums, or corrections of sub-blocks of 16
/// </code>
/// </summary>
internal static class PanelLayout
{
    /// <summary>Rows of a tile, on every instruction set.</summary>
    public const int TileRows = 32;

    /// <summary>Columns of a panel.</summary>
    public const int Chunk = 256;

    /// <summary>Sub-blocks of a chunk, and the most units that it may have.</summary>
    public const int SubBlocks = Chunk / 16;

    /// <summary>Offsets count vectors from the end of the weights.</summary>
    public const int ScalesOffset = 0;
    public const int MinsOffset = 16;
    public const int StartsOffset = 24;
    public const int UnitsOffset = 40;
    public const int MinUnitsOffset = 56;
    public const int CorrectionsOffset = MinUnitsOffset;
    public const int VectorsBesideWeights = 72;

    /// <summary>Where the staging memory, which begins with the bits of all units' float scales [16, TileRows], goes on.</summary>
    public const int RowsOffset = SubBlocks * TileRows * sizeof(uint);

    /// <summary>Bytes of the largest panel.</summary>
    public const int MaxBytes = (2 * Chunk / 4 + VectorsBesideWeights) * 4 * TileRows;
}
