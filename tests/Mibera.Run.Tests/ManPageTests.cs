namespace Mibera.Run.Tests;

public sealed class ManPageTests
{
    [Fact]
    public void HasAllOptions() => ManPage.IsUpToDate("mibera-run.1", CommandLine.Create());
}
