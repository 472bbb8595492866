using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Threading;

public class ProcessorTopologyTests
{
    [Fact]
    public void ThisMachineHasSomeCores() => Assert.InRange(ProcessorTopology.UsableCores(), 1, Environment.ProcessorCount);

    [Theory]
    [InlineData("0-3", "0,1,2,3")]
    [InlineData("0-1,4,6-7", "0,1,4,6,7")]
    [InlineData(" 5\n", "5")]
    [InlineData("", "")]
    public void ListsOfProcessors(string list, string expected) =>
        Assert.Equal(expected, string.Join(',', ProcessorTopology.ParseList(list)));

    [Fact]
    public void HyperthreadsOfACoreCountOnce()
    {
        // Two cores with two threads each (0 and 2, 1 and 3), as on an i3-1115G4.
        static string Siblings(int cpu) => cpu % 2 == 0 ? "0,2\n" : "1,3\n";
        Assert.Equal(2, ProcessorTopology.CountLinuxCores("Name:\tx\nCpus_allowed_list:\t0-3\nMems:\t1\n", Siblings));
        Assert.Equal(1, ProcessorTopology.CountLinuxCores("Cpus_allowed_list:\t1,3\n", Siblings));
        Assert.Equal(2, ProcessorTopology.CountLinuxCores("Cpus_allowed_list:\t0-1\n", Siblings));
    }

    [Fact]
    public void SilentFilesAreNoAnswer()
    {
        Assert.Null(ProcessorTopology.CountLinuxCores("Name:\tx\n", _ => "0"));
        Assert.Null(ProcessorTopology.CountLinuxCores("Cpus_allowed_list:\t0-1\n", _ => null));
    }
}
