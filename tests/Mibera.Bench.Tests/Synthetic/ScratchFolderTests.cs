using Mibera.Bench.Synthetic;

namespace Mibera.Bench.Tests.Synthetic;

public sealed class ScratchFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mibera-bench-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_of_its_own_goes_with_everything_in_it()
    {
        string path;
        using (var scratch = new ScratchFolder(null, keep: false))
        {
            path = scratch.FullPath;
            File.WriteAllText(Path.Combine(path, "model.gguf"), "x");
        }
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void In_a_named_folder_only_the_files_of_the_run_go()
    {
        var (mine, other) = (Path.Combine(_folder, "mine"), Path.Combine(_folder, "other"));
        using (var scratch = new ScratchFolder(_folder, keep: false))
        {
            scratch.Reserve(mine);
            foreach (var path in new[] { mine, mine + ".partial", other }) File.WriteAllText(path, "x");
        }
        Assert.Equal([other], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Kept_files_stay_but_half_written_ones_go()
    {
        var path = Path.Combine(_folder, "model.gguf");
        using (var scratch = new ScratchFolder(_folder, keep: true))
        {
            scratch.Reserve(path);
            File.WriteAllText(path, "x");
            File.WriteAllText(path + ".partial", "x");
            scratch.ForgetOpen(path);
            scratch.Release(path);
        }
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_has_no_room_is_refused_with_both_sizes()
    {
        var error = Assert.Throws<BenchException>(() => ScratchFolder.DemandRoom(5L << 30, 3L << 30, "/scratch", "model.gguf"));
        Assert.Contains("/scratch: model.gguf takes 5.00 GiB", error.Message, StringComparison.Ordinal);
        Assert.Contains("3.00 GiB are", error.Message, StringComparison.Ordinal);
        ScratchFolder.DemandRoom(2L << 30, 3L << 30, "/scratch", "model.gguf");
    }

    [Fact]
    public void A_disk_is_never_asked_for_more_than_it_has()
    {
        using var scratch = new ScratchFolder(_folder, keep: false);
        Assert.Throws<BenchException>(() => scratch.DemandRoom(long.MaxValue / 2, "everything"));
    }
}
