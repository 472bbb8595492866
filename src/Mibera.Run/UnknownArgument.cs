namespace Mibera.Run;

/// <summary>What to say of an argument that is none of the tool's: many come with a command line of llama-cli or Ollama.</summary>
internal static class UnknownArgument
{
    private const string AllOnTheProcessor = "everything is computed on the processor, leave it out";
    private const string NothingToChoose = "there is nothing to choose, leave it out";
    private const string NoDownload = "nothing is downloaded: -m takes a file";

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["-ngl"] = AllOnTheProcessor,
        ["--gpu-layers"] = AllOnTheProcessor,
        ["--n-gpu-layers"] = AllOnTheProcessor,
        ["-dev"] = AllOnTheProcessor,
        ["--device"] = AllOnTheProcessor,
        ["-mg"] = AllOnTheProcessor,
        ["--main-gpu"] = AllOnTheProcessor,
        ["-sm"] = AllOnTheProcessor,
        ["--split-mode"] = AllOnTheProcessor,
        ["-ts"] = AllOnTheProcessor,
        ["--tensor-split"] = AllOnTheProcessor,
        ["-fa"] = NothingToChoose,
        ["--flash-attn"] = NothingToChoose,
        ["--jinja"] = "chat templates are always Jinja, leave it out",
        ["-e"] = "escapes are undone unless --no-escape says otherwise, leave it out",
        ["--escape"] = "escapes are undone unless --no-escape says otherwise, leave it out",
        ["--mmap"] = "the file is mapped unless --no-mmap says otherwise, leave it out",
        ["--mlock"] = "--no-mmap reads the weights into memory of the process",
        ["--warmup"] = NothingToChoose,
        ["--no-warmup"] = NothingToChoose,
        ["-co"] = "colours are on unless --no-color says otherwise, leave it out",
        ["--color"] = "colours are on unless --no-color says otherwise, leave it out",
        ["-tb"] = "-t sets the threads of everything",
        ["--threads-batch"] = "-t sets the threads of everything",
        ["-hf"] = NoDownload,
        ["-hfr"] = NoDownload,
        ["--hf-repo"] = NoDownload,
        ["-mu"] = NoDownload,
        ["--model-url"] = NoDownload,
        ["--chat-template-file"] = "--chat-template takes a name, Jinja source or a file",
        ["-sysf"] = "-sys takes the text itself: -sys \"$(cat FILE)\"",
        ["--system-prompt-file"] = "-sys takes the text itself: -sys \"$(cat FILE)\"",
        ["run"] = "there are no commands: -m FILE opens a chat, -p TEXT answers once",
    };

    public static string Explain(string argument)
    {
        var name = argument.Split('=')[0];
        if (Known.TryGetValue(name, out var meaning))
            return $"there is no {name} here: {meaning}";
        if (argument.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            return $"'{argument}' stands alone: a model's file is given with -m";
        return argument.StartsWith('-')
            ? $"there is no option '{name}' (--help-all lists them)"
            : $"'{argument}' stands alone: a prompt is given with -p, in quotation marks if it has blanks (--help lists the options)";
    }
}
