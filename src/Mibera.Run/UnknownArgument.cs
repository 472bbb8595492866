namespace Mibera.Run;

/// <summary>What to say of an argument that is none of the tool's: many come with a command line of llama-cli or Ollama.</summary>
internal static class UnknownArgument
{
    private static readonly (string Meaning, string[] Names)[] Known =
    [
        ("everything is computed on the processor, leave it out",
            [
                "-ngl", "--gpu-layers", "--n-gpu-layers", "-dev", "--device", "-mg", "--main-gpu", "-sm", "--split-mode", "-ts",
                "--tensor-split",
            ]),
        ("there is nothing to choose, leave it out", ["-fa", "--flash-attn", "--warmup", "--no-warmup"]),
        ("chat templates are always Jinja, leave it out", ["--jinja"]),
        ("escapes are undone unless --no-escape says otherwise, leave it out", ["-e", "--escape"]),
        ("the file is mapped unless --no-mmap says otherwise, leave it out", ["--mmap"]),
        ("colours are on unless --no-color says otherwise, leave it out", ["-co", "--color"]),
        ("nothing is locked in memory; --no-mmap reads the weights into memory of the process", ["--mlock"]),
        ("-t sets the threads of everything", ["-tb", "--threads-batch"]),
        ("nothing is downloaded: -m takes a file", ["-hf", "-hfr", "--hf-repo", "-mu", "--model-url"]),
        ("--chat-template takes a name, Jinja source or a file", ["--chat-template-file"]),
        ("-sys takes the text itself, --messages a file of the whole conversation", ["-sysf", "--system-prompt-file"]),
    ];

    /// <param name="argument">What is unknown.</param>
    /// <param name="isFirst">Whether it is where other tools have a command.</param>
    public static string Explain(string argument, bool isFirst)
    {
        if (isFirst && argument is ("run" or "chat" or "serve"))
            return $"'{argument}' is no command: -m FILE opens a chat, -p TEXT answers once";
        var name = argument.Split('=')[0];
        if (Known.FirstOrDefault(known => known.Names.Contains(name)).Meaning is { } meaning)
            return $"there is no {name} here: {meaning}";
        if (argument.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            return $"'{argument}' stands alone: a model's file is given with -m";
        return argument.StartsWith('-')
            ? $"there is no option '{name}' (--help-all lists them)"
            : $"'{argument}' stands alone: a prompt is given with -p, in quotation marks if it has blanks (--help lists the options)";
    }
}
