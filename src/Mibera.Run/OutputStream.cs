using Microsoft.Win32.SafeHandles;

namespace Mibera.Run;

/// <summary>
/// Standard output whose errors tell what happened. .NET's own console stream hides that the reader of a pipe is gone, so
/// that a generation would go on for nobody.
/// </summary>
internal sealed class OutputStream : Stream
{
    private const int BrokenPipe = 32;
    private const int StandardOutput = 1;

    private readonly Stream _inner = Open();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _inner.Write(buffer);
        }
        catch (IOException e) when (!OperatingSystem.IsWindows() && e.HResult == BrokenPipe)
        {
            throw new OutputClosedException(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"stdout cannot be written: {e.Message}", e);
        }
    }

    public override void Flush() => _inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>
    /// A pipe as a file, which reports a reader's leaving. Not so a real file: its position is shared with stderr and with
    /// other processes, while a file stream would keep one of its own.
    /// </summary>
    private static Stream Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();
        try
        {
            var pipe = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Console.OpenStandardOutput();
        }
    }
}
