using Mibera.Bench.CommandLine;
using Mibera.Bench.Reports;

namespace Mibera.Bench.Tests.CommandLine;

public class BenchCommandTests
{
    [Fact]
    public void The_usual_call_is_understood()
    {
        var settings = Read("-m a.gguf -m b.gguf -p 512 -n 128 -t 2 -r 3 -o json --chart c.svg");
        Assert.Equal(["a.gguf", "b.gguf"], settings.Models);
        Assert.Equal((512, 128, 2, 3), (settings.PromptTokens, settings.GeneratedTokens, settings.Threads, settings.Repetitions));
        Assert.Equal((ReportFormat.Json, "c.svg"), (settings.Format, settings.Chart));
        Assert.True(settings.MemoryMap);
    }

    [Fact]
    public void Models_can_be_read_instead_of_mapped() => Assert.False(Read("-m a.gguf --no-mmap").MemoryMap);

    [Fact]
    public void Shapes_and_types_make_every_pair()
    {
        var settings = Read("--synthetic phi4-14b,PHI2 --types Q2_K,iq2_xxs,Q4_K");
        Assert.Equal(
            ["phi4-14b-Q2_K.gguf", "phi4-14b-IQ2_XXS.gguf", "phi4-14b-Q4_K_M.gguf", "phi2-Q2_K.gguf", "phi2-IQ2_XXS.gguf", "phi2-Q4_K_M.gguf"],
            settings.Synthetic.Select(model => model.FileName));
    }

    [Fact]
    public void Formats_of_kernels_are_tensor_types() =>
        Assert.Equal(["Q4_K", "IQ1_S"], Read("--kernels --types q4_k,IQ1_S").KernelTypes.Select(type => type.ToString()));

    [Theory]
    [InlineData("", "Nothing to measure")]
    [InlineData("--kernels -m a.gguf", "without models")]
    [InlineData("--synthetic tiny --keep", "--scratch")]
    [InlineData("-m a.gguf -p 0 -n 0", "nothing is left")]
    [InlineData("-m a.gguf --from-memory", "--from-memory")]
    [InlineData("--kernels --no-mmap", "--no-mmap")]
    [InlineData("-m a.gguf --first-token --no-mmap", "--no-mmap")]
    [InlineData("--synthetic tiny --types Q9", "'Q9' is no quantization")]
    [InlineData("--kernels --types Q4_K_M", "'Q4_K_M' is no format")]
    [InlineData("--kernels --types 12", "'12' is no format")]
    [InlineData("-m a.gguf --isa portable,portable", "one instruction set")]
    public void What_does_not_go_together_is_named(string line, string expected)
    {
        var command = new BenchCommand();
        var parsed = command.Root.Parse(line);
        Assert.Empty(parsed.Errors);
        Assert.Contains(command.Problems(parsed), problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--synthetic phi5", "'phi5' is no model shape")]
    [InlineData("--kernels --isa sse", "'sse' is no instruction set")]
    [InlineData("-m a.gguf -r 0", "--repetitions is 0")]
    [InlineData("-m a.gguf -p -1", "--prompt-tokens is -1")]
    [InlineData("-m a.gguf -o xml", "'xml' is no output format; known are table, md, csv, json")]
    [InlineData("-m a.gguf -o csv,json", "'csv,json' is no output format")]
    [InlineData("-m a.gguf -o 1", "'1' is no output format")]
    [InlineData("-m a.gguf --unknown", "--unknown")]
    public void Wrong_values_are_errors_of_the_parser(string line, string expected) =>
        Assert.Contains(new BenchCommand().Root.Parse(line).Errors, error => error.Message.Contains(expected, StringComparison.Ordinal));

    private static BenchSettings Read(string line)
    {
        var command = new BenchCommand();
        var parsed = command.Root.Parse(line);
        Assert.Empty(parsed.Errors);
        Assert.Empty(command.Problems(parsed));
        return command.Read(parsed);
    }
}
