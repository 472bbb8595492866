using Mibera.Bench.CommandLine;
using Mibera.Run.Tests;

namespace Mibera.Bench.Tests.CommandLine;

public sealed class ManPageTests
{
    [Fact]
    public void HasAllOptions() => ManPage.IsUpToDate("mibera-bench.1", new BenchCommand().Root);
}
